import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { type Listening, postJson, signalled } from '../../../support/http';
import { startAgent, startToolServer } from '../../../support/in-process';
import {
  asksFor,
  inTurn,
  says,
  type Script,
  type ScriptedModel,
  startScriptedModel,
  toolResults,
} from '../../../support/scripted-model';
import { only, spanTree } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();
const open: { close(): Promise<unknown> }[] = [];

beforeEach(() => telemetry.reset());
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
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
  const search = await toolServer('search', { shout });
  const { model } = await ask(inTurn(asksFor(['shout', { text: 'hi' }]), says('done')), [search]);
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
  const search = await toolServer('search', { first, last });
  const script = inTurn(asksFor(['first', { text: '1' }], ['last', { text: '2' }]), says('done'));
  const { model, reply } = await ask(script, [search]);
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
  const search = await toolServer('search', { fail });
  const { model, reply } = await ask(inTurn(asksFor(['fail', {}]), says('sorry')), [search]);
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
  const search = await toolServer('search', { shout });
  const madeUp = 'x'.repeat(100);
  const { model } = await ask(inTurn(asksFor([madeUp, {}]), says('done')), [search]);
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
    const search = await toolServer('search', { shout });
    const { model } = await ask(inTurn(asksFor(['shout', args]), says('done')), [search]);
    expect(toolResults(model.requests[1])).toEqual(['Error: the arguments of "shout" are not a JSON object']);
    expect(telemetry.spans.map(({ name }) => name)).not.toContain('mcp.tool.shout');
    expect(only(telemetry.spans, 'tool.shout').attributes['error.type']).toBe('tool_arguments_invalid');
  },
);

test('no arguments are an empty object', async () => {
  const search = await toolServer('search', { ping: { ...fail, handler: () => 'pong' } });
  const { model } = await ask(inTurn(asksFor(['ping', '']), says('done')), [search]);
  expect(toolResults(model.requests[1])).toEqual(['pong']);
});

type NamedServer = { readonly name: string; readonly url: string };

async function toolServer(name: string, tools: Parameters<typeof startToolServer>[1]): Promise<NamedServer> {
  const server = await startToolServer(name, tools);
  open.push(server);
  return { name, url: server.url };
}

async function ask(script: Script, mcpServers: readonly NamedServer[]) {
  const model: ScriptedModel = await startScriptedModel(script);
  const agent: Listening = await startAgent({
    name: 'lead',
    modelUrl: model.url,
    model: 'gpt-4o',
    mcpServers,
  });
  open.unshift(agent, model);
  const messages = [{ role: 'user', content: 'go' }];
  return { model, reply: await postJson(`${agent.url}/v1/chat/completions`, { messages }) };
}
