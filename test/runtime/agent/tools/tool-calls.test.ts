import { z } from 'zod';
import { tool, type ToolDefinition } from '../../../../runtime/mcp-server/tool';
import { signalled } from '../../../support/http';
import { closeAll, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, type Script, toolResults } from '../../../support/scripted-model';
import { only, spanTree } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const shout = tool({
  description: 'Says it louder',
  input: z.object({ text: z.string() }),
  handler: ({ text }) => text.toUpperCase(),
});
const fail = tool({
  description: 'Never works',
  input: z.object({}),
  handler: () => {
    throw new Error('out of paper');
  },
});

test('the model is offered the tools with their schemas, and told the result', async () => {
  const { model } = await ask(inTurn(asksFor(['shout', { text: 'hi' }]), says('done')), { shout });
  expect(model.requests[0]?.tools).toMatchObject([
    {
      type: 'function',
      function: {
        name: 'shout',
        description: 'Says it louder',
        parameters: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      },
    },
  ]);
  expect(model.requests[1]?.messages.slice(-2)).toMatchObject([
    { role: 'assistant', content: null, tool_calls: [{ id: 'call_0' }] },
    { role: 'tool', tool_call_id: 'call_0', content: 'HI' },
  ]);
});

test('the tool calls of one turn run side by side, and their results keep the order', async () => {
  const second = signalled();
  const first = { ...shout, handler: () => second.happened.then(() => 'first') };
  const last = { ...shout, handler: () => (second.happen(), 'last') };
  const script = inTurn(asksFor(['first', { text: '1' }], ['last', { text: '2' }]), says('done'));
  const { model, reply } = await ask(script, { first, last });
  expect(reply.status).toBe(200);
  expect(toolResults(model.requests[1])).toEqual(['first', 'last']);
  expect(spanTree(telemetry.spans).slice(1, 9)).toEqual([
    '  agent.step.1 INTERNAL OK',
    '    model.inference CLIENT OK',
    '    tool.first CLIENT OK',
    '      mcp.tool.first CLIENT OK',
    '        tools/call first SERVER OK',
    '    tool.last CLIENT OK',
    '      mcp.tool.last CLIENT OK',
    '        tools/call last SERVER OK',
  ]);
});

test('a tool that fails is news for the model, and an error on its spans alone', async () => {
  const { model, reply } = await ask(inTurn(asksFor(['fail', {}]), says('sorry')), { fail });
  expect(reply).toMatchObject({ status: 200, body: { choices: [{ message: { content: 'sorry' } }] } });
  expect(toolResults(model.requests[1])).toEqual(['Error: out of paper']);
  expect(spanTree(telemetry.spans)).toEqual([
    'agent.agentic_loop INTERNAL OK',
    '  agent.step.1 INTERNAL OK',
    '    model.inference CLIENT OK',
    '    tool.fail CLIENT ERROR',
    '      mcp.tool.fail CLIENT ERROR',
    '        tools/call fail SERVER ERROR',
    '  agent.step.2 INTERNAL OK',
    '    model.inference CLIENT OK',
  ]);
  const span = only(telemetry.spans, 'tool.fail');
  // What the tool said is content: the model is told, the trace is not.
  expect(span.status.message).toBe('tool "fail" answered with an error');
  expect(span.attributes['error.type']).toBe('tool_error');
  expect(span.events).toMatchObject([
    { name: 'exception', attributes: { 'exception.message': 'tool "fail" answered with an error' } },
  ]);
});

test('a tool that nobody offers never becomes a name on spans', async () => {
  const madeUp = 'x'.repeat(100);
  const { model } = await ask(inTurn(asksFor([madeUp, {}]), says('done')), { shout });
  expect(toolResults(model.requests[1])).toEqual([`Error: there is no tool "${madeUp}"; call one of: shout`]);
  const span = only(telemetry.spans, 'tool.unknown');
  expect(span.attributes).toMatchObject({
    'tool.name': 'unknown',
    'gen_ai.tool.name': 'unknown',
    'kaos.requested_name': 'x'.repeat(64),
    'error.type': 'tool_unknown',
  });
});

test.each(['{"text":', '[]', '"hi"', 'null'])(
  'arguments %s are refused before the tool is called',
  async (args) => {
    const { model } = await ask(inTurn(asksFor(['shout', args]), says('done')), { shout });
    expect(toolResults(model.requests[1])).toEqual(['Error: the arguments of "shout" are not a JSON object']);
    expect(telemetry.spans.map(({ name }) => name)).not.toContain('mcp.tool.shout');
    expect(only(telemetry.spans, 'tool.shout').attributes['error.type']).toBe('tool_arguments_invalid');
  },
);

test('no arguments are an empty object', async () => {
  const { model } = await ask(inTurn(asksFor(['ping', '']), says('done')), {
    ping: { ...fail, handler: () => 'pong' },
  });
  expect(toolResults(model.requests[1])).toEqual(['pong']);
});

async function ask(script: Script, tools: Readonly<Record<string, ToolDefinition>>) {
  const { model, ask } = await openLead(script, {}, tools);
  return { model, reply: await ask() };
}
