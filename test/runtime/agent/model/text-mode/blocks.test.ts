import { findBlocks } from '../../../../../runtime/agent/model/text-mode/blocks';

const ADD = { kind: 'tool', name: 'add', arguments: { a: 1 } };
const FENCE = '```';

test.each<[what: string, text: string]>([
  ['on separate lines', '```tool_call\n{"tool": "add", "arguments": {"a": 1}}\n```'],
  ['on a single line', '```tool_call {"tool": "add", "arguments": {"a": 1}} ```'],
  ['with nothing between', '```tool_call{"tool":"add","arguments":{"a":1}}```'],
  ['as a list', '```tool_call\n[{"tool": "add", "arguments": {"a": 1}}]\n```'],
  ['in single quotes', "```tool_call\n{'tool': 'add', 'arguments': {'a': 1}}\n```"],
  ['with bare keys and a comma too much', '```tool_call\n{tool: "add", arguments: {a: 1,},}\n```'],
  ['without a closing fence', '```tool_call\n{"tool": "add", "arguments": {"a": 1}}'],
  ['without its last bracket', '```tool_call\n{"tool": "add", "arguments": {"a": 1}\n```'],
  ['without its last bracket and fence', '```tool_call\n{"tool": "add", "arguments": {"a": 1}'],
  ['with other words for the same', '```tool_calls\n{"name": "add", "parameters": {"a": 1}}\n```'],
  ['with a label in capitals and more backticks', '````TOOL_CALL\r\n{"tool":"add","args":{"a":1}}\r\n````'],
  ['with the label of the other kind', '```delegate\n{"tool": "add", "arguments": {"a": 1}}\n```'],
])('a block %s', (_what, text) => {
  expect(findBlocks(text)).toEqual({
    text: '',
    blocks: [{ body: expect.any(String), requests: [ADD], problem: undefined }],
  });
});

test('a delegation', () => {
  const text = `${FENCE}delegate\n{"agent": "worker", "task": "dig"}\n${FENCE}`;
  expect(findBlocks(text).blocks).toMatchObject([
    { requests: [{ kind: 'delegation', agent: 'worker', task: 'dig' }] },
  ]);
});

test('what is said before, between and after blocks is the text', () => {
  const block = `${FENCE}tool_call\n{"tool":"add","arguments":{"a":1}}\n${FENCE}`;
  const { text, blocks } = findBlocks(`  First.\n\n${block}\nThen. ${block} ${block}\nDone.\n`);
  expect(text).toBe('  First.\n\nThen.\n\nDone.');
  expect(blocks.map(({ requests }) => requests)).toEqual([[ADD], [ADD], [ADD]]);
});

test('several values in one block are several requests', () => {
  const one = '{"tool":"add","arguments":{"a":1}}';
  expect(findBlocks(`${FENCE}tool_call\n${one}\n${one},\n[${one}]\n${FENCE}`).blocks).toMatchObject([
    { requests: [ADD, ADD, ADD] },
  ]);
});

test('fences, quotes and brackets within a text are part of it', () => {
  const code = '```js\nsay("}")\n```';
  const block = `${FENCE}tool_call\n${JSON.stringify({ tool: 'save', arguments: { code } })}\n${FENCE}`;
  const { text, blocks } = findBlocks(`${block}\nSaved.`);
  expect(text).toBe('Saved.');
  expect(blocks).toMatchObject([{ requests: [{ name: 'save', arguments: { code } }] }]);
});

test('code of other languages is text, to the last character', () => {
  const text = ' Look:\n```json\n{"tool": "add"}\n```\n``tool_call`` and `delegate`\n';
  expect(findBlocks(text)).toEqual({ text, blocks: [] });
});

test.each<[what: string, body: string, problem: string]>([
  [
    'in the middle of a text',
    '{"tool": "pay", "arguments": {"to": "Ali',
    'breaks off in the middle of a text',
  ],
  ['after a number, which may have gone on', '{"tool": "pay", "arguments": {"sum": 10', 'breaks off'],
  ['before a value', '{"tool": "pay", "arguments":', 'breaks off'],
  ['before it begins', '', 'is empty'],
])('a block that breaks off %s is no request', (_what, body, problem) => {
  for (const end of ['', '\n```'])
    expect(findBlocks(`Well. ${FENCE}tool_call\n${body}${end}`)).toMatchObject({
      text: 'Well.',
      blocks: [{ requests: [], problem: expect.stringContaining(problem.slice(0, 8)) }],
    });
});

test('nothing is added to what had no more room', () => {
  const text = `${FENCE}tool_call\n{"tool": "add", "arguments": {"a": "1"}`;
  expect(findBlocks(text, false).blocks).toMatchObject([{ requests: [{ name: 'add' }] }]);
  expect(findBlocks(text, true).blocks).toMatchObject([{ requests: [], problem: 'breaks off' }]);
});

test.each<[body: string, problem: string]>([
  ['add(1)', 'is no JSON'],
  ['{"tool": add}', 'is no JSON'],
  ['"add"', 'is no JSON'],
  ['{"task": "dig"}', 'has neither "tool" and "arguments" nor "agent" and "task"'],
  ['{"agent": "worker"}', 'has neither "tool" and "arguments" nor "agent" and "task"'],
  ['[1]', 'has neither "tool" and "arguments" nor "agent" and "task"'],
  [`${'['.repeat(100)}`, 'is nested too deep'],
])('%s has a problem', (body, problem) => {
  expect(findBlocks(`${FENCE}tool_call\n${body}\n${FENCE}\nafter`)).toMatchObject({
    text: 'after',
    blocks: [{ requests: [], problem }],
  });
});

test('what came whole before a broken value is a request all the same', () => {
  const body = '{"tool":"add","arguments":{"a":1}}\n{"tool":';
  expect(findBlocks(`${FENCE}tool_call\n${body}\n${FENCE}`).blocks).toMatchObject([
    { requests: [ADD], problem: 'breaks off' },
  ]);
});
