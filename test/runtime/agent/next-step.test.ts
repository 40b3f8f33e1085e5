import { type ToolCall } from '../../../runtime/agent/model/chat';
import { type ModelReply } from '../../../runtime/agent/model/model';
import { nextStep } from '../../../runtime/agent/next-step';

const CALL: ToolCall = { id: 'call_0', type: 'function', function: { name: 'add', arguments: '{}' } };

test('text is the answer, with the reason why the model stopped', () => {
  expect(nextStep(reply({ content: 'four', finishReason: 'length' }))).toEqual({
    kind: 'answer',
    content: 'four',
    finishReason: 'length',
  });
});

test('a refusal is an answer too', () => {
  const refused = reply({ content: null });
  expect(nextStep({ ...refused, message: { ...refused.message, refusal: 'I will not' } })).toMatchObject({
    kind: 'answer',
    content: null,
    refusal: 'I will not',
  });
});

test('empty text is an answer too', () => {
  expect(nextStep(reply({ content: '' }))).toMatchObject({ kind: 'answer', content: '' });
});

test('tool calls come before the text beside them', () => {
  expect(nextStep(reply({ content: 'let me see', calls: [CALL] }))).toEqual({
    kind: 'tool-calls',
    calls: [CALL],
  });
});

test('calls of the client’s tools come before all others', () => {
  const mine = { ...CALL, id: 'call_1', function: { name: 'weather', arguments: '{}' } };
  const said = reply({ content: 'let me see', calls: [CALL, mine] });
  expect(nextStep(said, new Set(['weather']))).toEqual({ kind: 'client-calls', calls: [mine] });
  expect(nextStep(said, new Set(['other']))).toEqual({ kind: 'tool-calls', calls: [CALL, mine] });
});

test('fails when there is neither text nor a tool call', () => {
  const message = 'the model gave neither an answer nor a tool call';
  expect(() => nextStep(reply({ content: null }))).toThrow(new Error(message));
  expect(() => nextStep(reply({ content: null, calls: [] }))).toThrow(new Error(message));
});

function reply(given: { content: string | null; calls?: ToolCall[]; finishReason?: string }): ModelReply {
  const { content, calls, finishReason = 'stop' } = given;
  return {
    id: undefined,
    model: undefined,
    usage: undefined,
    finishReason,
    message: { role: 'assistant', content, ...(calls ? { tool_calls: calls } : {}) },
  };
}
