import { z } from 'zod';
import { tool } from '../../../runtime/mcp-server/tool';
import { type Listening, postJson } from '../../support/http';
import { startAgent, startToolServer } from '../../support/in-process';
import { asksFor, inTurn, says, type ScriptedModel, startScriptedModel } from '../../support/scripted-model';
import { only, spanTree } from '../../support/span-tree';
import { startTestTelemetry } from '../../support/telemetry';

const SESSION = 'session-1';
const telemetry = startTestTelemetry();
let leadModel: ScriptedModel, workerModel: ScriptedModel;
let search: Listening, worker: Listening, lead: Listening;

/** The lead asks a tool and a sub-agent in one turn; the worker answers at once. */
beforeAll(async () => {
  leadModel = await startScriptedModel(
    inTurn(asksFor(['echo', { message: 'hi' }], ['delegate_to_worker', { task: 'dig' }]), says('done')),
  );
  workerModel = await startScriptedModel(inTurn(says('dug')));
  search = await startToolServer('search', {
    echo: tool({
      description: 'Says it again',
      input: z.object({ message: z.string() }),
      handler: ({ message }) => `Echo: ${message}`,
    }),
  });
  worker = await startAgent({ name: 'worker', modelUrl: workerModel.url, model: 'ollama/llama3' });
  lead = await startAgent({
    name: 'lead',
    description: 'Leads',
    modelUrl: leadModel.url,
    model: 'gpt-4o',
    mcpServers: [{ name: 'search', url: search.url }],
    subAgents: [{ name: 'worker', url: worker.url }],
  });
  const body = { messages: [{ role: 'user', content: 'go' }], session_id: SESSION };
  const reply = await postJson(`${lead.url}/v1/chat/completions`, body);
  expect(reply).toMatchObject({ status: 200, body: { choices: [{ message: { content: 'done' } }] } });
});

afterAll(async () => {
  await Promise.all([lead, worker, search, leadModel, workerModel].map((server) => server.close()));
  await telemetry.close();
});

test('one request makes one tree, through agents and tools', () => {
  expect(spanTree(telemetry.spans)).toEqual([
    'agent.agentic_loop INTERNAL OK',
    '  agent.step.1 INTERNAL OK',
    '    delegate.worker CLIENT OK',
    '      agent.agentic_loop INTERNAL OK',
    '        agent.step.1 INTERNAL OK',
    '          model.inference CLIENT OK',
    '    model.inference CLIENT OK',
    '    tool.echo CLIENT OK',
    '      mcp.tool.echo CLIENT OK',
    '        tools/call echo SERVER OK',
    '  agent.step.2 INTERNAL OK',
    '    model.inference CLIENT OK',
  ]);
});

test('each span says what ran, in the names of KAOS and of the conventions', () => {
  const { spans } = telemetry;
  const mine = spans.filter(({ attributes }) => attributes['agent.name'] === 'lead');
  expect(only(mine, 'agent.agentic_loop').attributes).toEqual({
    'agent.name': 'lead',
    'agent.max_steps': 5,
    stream: false,
    'session.id': SESSION,
    'gen_ai.conversation.id': SESSION,
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'lead',
    'gen_ai.agent.description': 'Leads',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 22,
    'gen_ai.usage.output_tokens': 14,
  });
  expect(only(mine, 'agent.step.1').attributes).toEqual({ 'agent.name': 'lead', step: 1, max_steps: 5 });
  const inferences = mine.filter(({ name }) => name === 'model.inference');
  expect(inferences.map(({ attributes }) => attributes)).toEqual(
    [['tool_calls'], ['stop']].map((reasons) => ({
      'agent.name': 'lead',
      'gen_ai.conversation.id': SESSION,
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.response.model': 'gpt-4o-2026',
      'gen_ai.response.finish_reasons': reasons,
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 7,
      'server.address': '127.0.0.1',
      'server.port': leadModel.port,
    })),
  );
  expect(only(spans, 'tool.echo').attributes).toEqual({
    'agent.name': 'lead',
    'tool.name': 'echo',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'echo',
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.description': 'Says it again',
    'gen_ai.tool.call.id': 'call_0',
  });
  const served = only(spans, 'tools/call echo').attributes;
  expect(only(spans, 'mcp.tool.echo').attributes).toEqual({
    'agent.name': 'lead',
    'tool.name': 'echo',
    'mcp.server': 'search',
    'mcp.url': `${search.url}/mcp`,
    'mcp.method.name': 'tools/call',
    'mcp.protocol.version': served['mcp.protocol.version'],
    'gen_ai.tool.name': 'echo',
    'network.transport': 'tcp',
    'network.protocol.name': 'http',
    'server.address': '127.0.0.1',
    'server.port': search.port,
  });
  expect(served).toEqual({
    'agent.name': 'search',
    'mcp.method.name': 'tools/call',
    'mcp.protocol.version': expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    'jsonrpc.request.id': expect.stringMatching(/^\d+$/),
    'gen_ai.tool.name': 'echo',
    'network.transport': 'tcp',
  });
  expect(only(spans, 'delegate.worker').attributes).toEqual({
    'agent.name': 'lead',
    'agent.delegation.target': 'worker',
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'worker',
    'gen_ai.tool.call.id': 'call_1',
    'server.address': '127.0.0.1',
    'server.port': worker.port,
  });
});

test('the provider of a model follows from its prefix', () => {
  const worker = telemetry.spans.find(
    ({ attributes }) => attributes['gen_ai.request.model'] === 'ollama/llama3',
  );
  expect(worker?.attributes).toMatchObject({ 'gen_ai.provider.name': 'ollama' });
});

test('tracers are named after their service', () => {
  const scopes = telemetry.spans.map(({ instrumentationScope }) => instrumentationScope.name);
  expect(new Set(scopes)).toEqual(new Set(['kaos.lead', 'kaos.worker', 'kaos.search']));
});
