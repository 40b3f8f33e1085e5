import { type HistogramMetricData } from '@opentelemetry/sdk-metrics';
import { z } from 'zod';
import { tool } from '../../../runtime/mcp-server/tool';
import { type Listening, nobodyAt, postJson } from '../../support/http';
import { startAgent, startToolServer } from '../../support/in-process';
import { asksFor, inTurn, says, type ScriptedModel, startScriptedModel } from '../../support/scripted-model';
import { pointsOf, startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();
let model: ScriptedModel, search: Listening, agent: Listening;

/** One request: a tool that works, one that does not, two that nobody offers, an agent that is away, an answer. */
beforeAll(async () => {
  const calls = asksFor(
    ['echo', {}],
    ['fail', {}],
    ['made_up', {}],
    ['also_made_up', {}],
    ['delegate_to_worker', { task: 'dig' }],
  );
  model = await startScriptedModel(inTurn(calls, says('done')));
  const echo = tool({ description: 'Works', input: z.object({}), handler: () => 'hi' });
  const fail = { ...echo, handler: () => Promise.reject(new Error('out of paper')) };
  search = await startToolServer('search', { echo, fail });
  agent = await startAgent({
    name: 'lead',
    modelUrl: model.url,
    model: 'gpt-4o',
    mcpServers: [{ name: 'search', url: search.url }],
    subAgents: [{ name: 'worker', url: (await nobodyAt()).url }],
  });
  await postJson(`${agent.url}/v1/chat/completions`, { messages: [{ role: 'user', content: 'go' }] });
});
afterAll(async () => {
  await Promise.all([agent, search, model].map((server) => server.close()));
  await telemetry.close();
});

const LEAD = { 'agent.name': 'lead' };
const INFERENCE = () => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o',
  'server.address': '127.0.0.1',
  'server.port': model.port,
});
const ANSWERED = () => ({ ...INFERENCE(), 'gen_ai.response.model': 'gpt-4o-2026' });
const CALLED = (tool: string) => ({
  'mcp.method.name': 'tools/call',
  'gen_ai.tool.name': tool,
  'network.transport': 'tcp',
});
const CALLING = (tool: string) => ({
  ...CALLED(tool),
  'server.address': '127.0.0.1',
  'server.port': search.port,
});

test.each<[name: string, counted: () => { labels: object; value: number }[]]>([
  ['kaos.requests', () => [{ labels: { ...LEAD, success: 'true' }, value: 1 }]],
  ['kaos.model.calls', () => [{ labels: { ...LEAD, success: 'true', model: 'gpt-4o' }, value: 2 }]],
  [
    'kaos.tool.calls',
    () => [
      { labels: { ...LEAD, success: 'true', tool: 'echo' }, value: 1 },
      { labels: { ...LEAD, success: 'false', tool: 'fail' }, value: 1 },
      { labels: { ...LEAD, success: 'false', tool: 'unknown' }, value: 2 },
    ],
  ],
  ['kaos.delegations', () => [{ labels: { ...LEAD, success: 'false', target: 'worker' }, value: 1 }]],
])('%s counts each once, and its durations carry the same labels', async (name, counted) => {
  const counter = await telemetry.metric(name);
  expect(counter?.descriptor).toMatchObject({ unit: '1' });
  expect(byLabels(pointsOf(counter))).toEqual(byLabels(counted()));

  const duration = await telemetry.metric(`${name.replace(/(?:\.calls|s)$/, '')}.duration`);
  expect(duration?.descriptor).toMatchObject({ unit: 'ms' });
  expect(byLabels(pointsOf(duration))).toEqual(byLabels(counted()));
  expect(boundariesOf(duration)).toContain(30_000);
});

test('tokens are counted as the model reported them, going in and coming out', async () => {
  const usage = await telemetry.metric('gen_ai.client.token.usage');
  expect(usage?.descriptor).toMatchObject({ unit: '{token}' });
  expect(byLabels(pointsOf(usage))).toEqual(
    byLabels([
      { labels: { ...ANSWERED(), 'gen_ai.token.type': 'input' }, value: 2 },
      { labels: { ...ANSWERED(), 'gen_ai.token.type': 'output' }, value: 2 },
    ]),
  );
  expect(usage?.dataPoints.map(({ value }) => (value as { sum?: number }).sum).sort()).toEqual([14, 22]);
});

test.each<[name: string, counted: () => { labels: object; value: number }[]]>([
  ['gen_ai.client.operation.duration', () => [{ labels: ANSWERED(), value: 2 }]],
  [
    'mcp.client.operation.duration',
    () => [
      { labels: CALLING('echo'), value: 1 },
      { labels: { ...CALLING('fail'), 'error.type': 'tool_error' }, value: 1 },
    ],
  ],
  [
    'mcp.server.operation.duration',
    () => [
      { labels: CALLED('echo'), value: 1 },
      { labels: { ...CALLED('fail'), 'error.type': 'tool_error' }, value: 1 },
    ],
  ],
])('%s is in seconds, as its convention has it', async (name, counted) => {
  const duration = await telemetry.metric(name);
  expect(duration?.descriptor).toMatchObject({ unit: 's' });
  expect(byLabels(pointsOf(duration))).toEqual(byLabels(counted()));
  expect(Math.max(...boundariesOf(duration))).toBeGreaterThan(60);
});

function byLabels(points: { labels: object; value: number }[]) {
  return new Map(points.map(({ labels, value }) => [JSON.stringify(Object.entries(labels).sort()), value]));
}

function boundariesOf(metric: unknown): number[] {
  const [point] = (metric as HistogramMetricData).dataPoints; // what the caller asks for is one
  return point?.value.buckets.boundaries ?? [];
}
