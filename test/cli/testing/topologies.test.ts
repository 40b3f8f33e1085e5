import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { MultiAgent } from '../../../apps/multi-agent';
import { runTopology, type SpanRecord, type TopologyRun } from '../../../cli/testing';
import { Agent, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from '../../../constructs';
import { unmet } from '../../support/expectations';

const message = 'Say hello, and what is 19 plus 23?';

type Topology = () => Chart | readonly [Chart, ...Chart[]];

/** A chart that reports, with a model behind its agents. */
function observed(id: string, app = new App()) {
  const chart = new Chart(app, id, { namespace: id });
  new TelemetryStack(chart, 'telemetry', { exporters: [OtlpExporter.signoz()] });
  const modelAPI = ModelAPI.hosted(chart, 'models', { models: ['small:1b'] });
  return { chart, models: { modelAPI, model: 'small:1b' } as const };
}

const stdio: Topology = () => {
  const { chart, models } = observed('bridged');
  const command = ['node', 'test/support/stdio-greeter.mjs'] as const;
  const greeter = new MCPServer(chart, 'greeter', {
    tools: Tools.stdio({ image: 'example.com/greeter:1', command }),
  });
  new Agent(chart, 'lead', { ...models, mcpServers: [greeter] });
  return chart;
};

/** Two charts, as of two teams: one knows of the other's agent no more than its address. */
const a2a: Topology = () => {
  const app = new App();
  const theirs = observed('theirs', app);
  const echo = new MCPServer(theirs.chart, 'echo', { tools: Tools.fromModule('apps/tools/echo.ts') });
  const { url } = new Agent(theirs.chart, 'aide', { ...theirs.models, mcpServers: [echo] });
  const ours = observed('ours', app);
  const aide = Agent.fromUrl(ours.chart, 'aide', { url });
  new Agent(ours.chart, 'lead', { ...ours.models, subAgents: [aide] });
  return [ours.chart, theirs.chart];
};

const guarded: Topology = () => {
  const { chart, models } = observed('guarded');
  const keyOf = (name: string) => ({
    secret: Secret.fromSecretName(chart, `${name}-keys`, name),
    key: 'keys',
  });
  const aide = new Agent(chart, 'aide', { ...models, apiKeys: keyOf('aide') });
  const echo = new MCPServer(chart, 'echo', { tools: Tools.fromModule('apps/tools/echo.ts') });
  const lead = new Agent(chart, 'lead', { ...models, apiKeys: keyOf('lead'), subAgents: [aide] });
  lead.use(echo, { apiKey: keyOf('echo') });
  return chart;
};

/** Each with who is to call whom: the expectations hold of a run in which nobody calls anybody, too. */
const TOPOLOGIES: readonly [what: string, topology: Topology, edges: readonly string[]][] = [
  ['tools behind a command', stdio, ['lead > greeter']],
  ['an agent that is spoken to by A2A', a2a, ['aide > echo', 'lead > aide']],
  [
    'workers that share a tool server',
    () => new MultiAgent(new App(), 'multi-agent'),
    [
      ...['multi-echo', 'worker-1', 'worker-2'].map((callee) => `coordinator > ${callee}`),
      ...['worker-1', 'worker-2'].map((worker) => `${worker} > multi-echo`),
    ],
  ],
  ['keys between all', guarded, ['lead > aide', 'lead > echo']],
];

/** Who was called by whom. */
function edgesOf({ spans }: TopologyRun): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const caller = ({ parentSpanId }: SpanRecord) => byId.get(parentSpanId ?? '')?.service;
  const edges = spans.flatMap((span) => {
    const from = caller(span);
    return from === undefined || from === span.service ? [] : [`${from} > ${span.service}`];
  });
  return [...new Set(edges)].sort();
}

describe.each(TOPOLOGIES)('%s', (_what, topology, edges) => {
  test.each([
    ['a whole answer', {}],
    ['a streamed answer', { stream: true }],
    ['a task in the background', { background: true }],
  ])(
    'keep the contract with %s',
    async (_how, options) => {
      const result = await runTopology(topology(), { message, ...options });
      expect(result.status).toBe('ok');
      expect(edgesOf(result)).toEqual(edges);
      expect(unmet(result)).toEqual([]);
    },
    60_000,
  );
});

test.each([true, false])(
  'spans of HTTP stand between and change nothing; asked in the background: %s',
  async (background) => {
    const { chart, models } = observed('reporting');
    const env = { OTEL_INCLUDE_HTTP_SERVER: 'true', OTEL_INCLUDE_HTTP_CLIENT: 'true' };
    const echo = new MCPServer(chart, 'echo', { tools: Tools.fromModule('apps/tools/echo.ts') });
    const aide = new Agent(chart, 'aide', { ...models, env, mcpServers: [echo] });
    new Agent(chart, 'lead', { ...models, env, subAgents: [aide] });
    const result = await runTopology(chart, { message, background });
    const requests = result.spans.filter(({ service, kind }) => service === 'lead' && kind === 'SERVER');
    const places = requests.map(({ traceId }) => (traceId === result.traceId ? 'task' : 'caller'));
    expect(new Set(places)).toEqual(new Set([background ? 'caller' : 'task']));
    expect(unmet(result)).toEqual([]);
  },
  60_000,
);
