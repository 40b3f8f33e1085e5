import { assistantCall, echo, post, question, url, useDemoModel } from './ask-demo-model';

useDemoModel();

test('lists a model and is healthy', async () => {
  const models = await (await fetch(`${url}/v1/models`)).json();
  expect(models).toMatchObject({ object: 'list', data: [{ id: 'demo', object: 'model' }] });
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

describe('rejections', () => {
  test.each([
    ['the body is a list', [], 'the body', 'the body is []; give an object'],
    ['the model is missing', { messages: [question] }, 'model', 'model is missing; give a non-empty string'],
    [
      'there are no messages',
      { model: 'm', messages: [] },
      'messages',
      'messages is []; give at least one message',
    ],
    [
      'a role is unknown',
      { model: 'm', messages: [{ role: 'bot', content: '' }] },
      'messages[0].role',
      'messages[0].role is "bot"; give one of system, developer, user, assistant, tool',
    ],
    [
      'a tool message answers no call',
      { model: 'm', messages: [question, { role: 'tool', tool_call_id: 'c9', content: '' }] },
      'messages[1].tool_call_id',
      'messages[1].tool_call_id is "c9"; give the id of a call that is still open',
    ],
    [
      'a tool call has no answer',
      { model: 'm', messages: [question, assistantCall('c1', 'add')] },
      'messages',
      'no tool message answers c1',
    ],
    [
      'the wanted tool is not offered',
      { model: 'm', messages: [question], tools: [echo], tool_choice: { function: { name: 'add' } } },
      'tool_choice.function.name',
      'tool_choice.function.name is "add"; give the name of a tool that is offered',
    ],
  ])('fails when %s', async (_what, body, param, message) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { message, type: 'invalid_request_error', param, code: null },
    });
  });

  test('fails when the body is not JSON', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: '{' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });
});
