import { parseChatRequest } from '../../../../runtime/agent/http/request';
import { InvalidRequestError } from '../../../../runtime/process/errors';

const USER = { role: 'user', content: 'hi' };

describe('a chat request', () => {
  test('is read with each role, and what is not known is left out', () => {
    const toolCall = { id: 'call_0', type: 'function', function: { name: 'add', arguments: '{"a":1}' } };
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: 'Use metric units.' },
      { ...USER, mood: 'good' },
      { role: 'assistant', content: null, tool_calls: [toolCall] },
      { role: 'tool', tool_call_id: 'call_0', content: '2' },
      { role: 'assistant', content: 'two' },
      USER,
    ];
    expect(parseChatRequest({ messages, model: 'any', top_secret: true })).toEqual({
      messages: [...messages.slice(0, 2), USER, ...messages.slice(3)],
      model: 'any',
      stream: false,
      includeUsage: false,
      parameters: {},
      clientTools: { names: new Set(), specs: [] },
    });
  });

  test('keeps who speaks, and what the model refused', () => {
    const messages = [
      { role: 'user', name: 'ada', content: 'hi' },
      { role: 'assistant', name: 'bob', content: null, refusal: 'No.' },
      { role: 'user', name: null, content: 'why?' },
    ];
    expect(JSON.parse(JSON.stringify(parseChatRequest({ messages }).messages))).toEqual([
      ...messages.slice(0, 2),
      { role: 'user', content: 'why?' },
    ]);
  });

  test('takes a task from another agent as what a user says', () => {
    const { messages } = parseChatRequest({ messages: [{ role: 'task-delegation', content: 'dig' }] });
    expect(messages).toEqual([{ role: 'user', content: 'dig' }]);
  });

  test('passes content of several parts on as it came', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==', detail: 'low' } };
    const content = [{ type: 'text', text: 'what is this?' }, image];
    expect(parseChatRequest({ messages: [{ role: 'user', content }] }).messages).toEqual([
      { role: 'user', content },
    ]);
  });

  test('may say of the optional fields that they are null', () => {
    const spoken = { role: 'assistant', content: null };
    const nothing = { stream: null, stream_options: null, tools: null, tool_choice: null, n: null };
    const parameters = { temperature: null, stop: null, response_format: null, metadata: null };
    expect(parseChatRequest({ messages: [spoken, USER], ...nothing, ...parameters })).toMatchObject({
      model: undefined,
      stream: false,
      includeUsage: false,
      parameters: {},
      clientTools: { specs: [], choice: undefined },
    });
  });

  test('says how the reply is to come, and how the model is to answer', () => {
    const parameters = {
      temperature: 0,
      stop: 'END',
      response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true } },
      metadata: { ticket: '42' },
    };
    const asked = { messages: [USER], stream: true, stream_options: { include_usage: true }, ...parameters };
    expect(parseChatRequest(asked)).toMatchObject({ stream: true, includeUsage: true, parameters });
  });

  test('keeps the tools of the client as they came', () => {
    const weather = { type: 'function', function: { name: 'weather', strict: true, parameters: {} }, x: 1 };
    const tool_choice = { type: 'function', function: { name: 'weather' } };
    expect(parseChatRequest({ messages: [USER], tools: [weather], tool_choice }).clientTools).toEqual({
      names: new Set(['weather']),
      specs: [weather],
      choice: tool_choice,
    });
  });
});

const ROLE =
  "Invalid discriminator value. Expected 'system' | 'developer' | 'user' | 'task-delegation' | 'assistant' | 'tool'";
const CONTENT = 'must be a string or a list of content parts';
const NOT_AN_OBJECT = 'the body must be a JSON object with "messages"';

test.each<[why: string, body: unknown, param: string | undefined, message: string]>([
  ['the body is missing', undefined, undefined, NOT_AN_OBJECT],
  ['the body is null', null, undefined, NOT_AN_OBJECT],
  ['the body is a list', [], undefined, NOT_AN_OBJECT],
  ['there are no messages', {}, 'messages', 'messages: Invalid input: expected array, received undefined'],
  [
    'messages is no list',
    { messages: 'hi' },
    'messages',
    'messages: Invalid input: expected array, received string',
  ],
  ['messages is empty', { messages: [] }, 'messages', 'messages: must hold at least one message'],
  [
    'a message is no object',
    { messages: ['hi'] },
    'messages[0]',
    'messages[0]: Invalid input: expected object, received string',
  ],
  [
    'a role is not known',
    { messages: [USER, { role: 'robot', content: 'x' }] },
    'messages[1].role',
    `messages[1].role: ${ROLE}`,
  ],
  ['a role is missing', { messages: [{ content: 'x' }] }, 'messages[0].role', `messages[0].role: ${ROLE}`],
  [
    'content is missing',
    { messages: [{ role: 'user' }] },
    'messages[0].content',
    `messages[0].content: ${CONTENT}`,
  ],
  [
    'content is null',
    { messages: [{ role: 'user', content: null }] },
    'messages[0].content',
    `messages[0].content: ${CONTENT}`,
  ],
  [
    'content is a number',
    { messages: [{ role: 'user', content: 1 }] },
    'messages[0].content',
    `messages[0].content: ${CONTENT}`,
  ],
  [
    'content has no parts',
    { messages: [{ role: 'user', content: [] }] },
    'messages[0].content',
    'messages[0].content: Too small: expected array to have >=1 items',
  ],
  [
    'a part has no type',
    { messages: [{ role: 'user', content: [{ text: 'x' }] }] },
    'messages[0].content',
    `messages[0].content: ${CONTENT}`,
  ],
  [
    'a part of text has none',
    { messages: [{ role: 'user', content: [{ type: 'audio' }, { type: 'text' }] }] },
    'messages[0].content[1].text',
    'messages[0].content[1].text: must be a string',
  ],
  [
    'a tool message names no call',
    { messages: [USER, { role: 'tool', content: 'x' }] },
    'messages[1].tool_call_id',
    'messages[1].tool_call_id: Invalid input: expected string, received undefined',
  ],
  [
    'a tool call is incomplete',
    {
      messages: [
        USER,
        { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'add' } }] },
      ],
    },
    'messages[1].tool_calls[0].function.arguments',
    'messages[1].tool_calls[0].function.arguments: Invalid input: expected string, received undefined',
  ],
  [
    'nobody asks',
    { messages: [{ role: 'system', content: 'x' }] },
    'messages',
    'messages: must hold a message of role "user" or "task-delegation"',
  ],
  [
    'the model is no name',
    { messages: [USER], model: 4 },
    'model',
    'model: Invalid input: expected string, received number',
  ],
  [
    'metadata is not text',
    { messages: [USER], metadata: { ticket: 42 } },
    'metadata.ticket',
    'metadata.ticket: Invalid input: expected string, received number',
  ],
  [
    'a tool of the client is no function',
    { messages: [USER], tools: [{ type: 'web_search' }] },
    'tools[0].type',
    'tools[0].type: must be "function"',
  ],
  [
    'a tool of the client has no name',
    { messages: [USER], tools: [{ type: 'function', function: { name: '' } }] },
    'tools[0].function.name',
    'tools[0].function.name: must be 1 to 256 characters, and no blanks',
  ],
  [
    'a stream is wanted in other words',
    { messages: [USER], stream: 'yes' },
    'stream',
    'stream: Invalid input: expected boolean, received string',
  ],
])('fails when %s', (_why, body, param, message) => {
  const error = thrownBy(() => parseChatRequest(body));
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect(error).toMatchObject({ status: 400, param, message });
});

test.each<[field: string, value: unknown, problem: string]>([
  ['temperature', 9, 'Too big: expected number to be <=2'],
  ['temperature', 'hot', 'Invalid input: expected number, received string'],
  ['top_p', -1, 'Too small: expected number to be >=0'],
  ['max_tokens', 0, 'Too small: expected number to be >=1'],
  ['max_completion_tokens', 1.5, 'Invalid input: expected int, received number'],
  ['seed', '7', 'Invalid input: expected number, received string'],
  ['stop', 7, 'must be a string or a list of them'],
  ['frequency_penalty', 3, 'Too big: expected number to be <=2'],
  ['presence_penalty', -3, 'Too small: expected number to be >=-2'],
  ['response_format', 'json', 'Invalid input: expected object, received string'],
  ['user', 7, 'Invalid input: expected string, received number'],
  ['n', 2, 'must be 1'],
  ['tools', {}, 'Invalid input: expected array, received object'],
  ['tool_choice', 'any', 'must be "auto", "none", "required" or a function'],
])('fails when %s is %j', (field, value, problem) => {
  const error = thrownBy(() => parseChatRequest({ messages: [USER], [field]: value }));
  expect(error).toMatchObject({ status: 400, param: field, message: `${field}: ${problem}` });
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
