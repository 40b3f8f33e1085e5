import { App, Chart } from 'cdk8s';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, MCPServer, ModelAPI, TelemetryStack, OtlpExporter, Tools } from '../../constructs';
import { kaos, resultsIn } from '../support/kaos';
import { paths, type Span } from '../support/span-edges';

/** From the directory in which kaos runs: what is below /tmp would be below the pod's own. */
const SERVER = 'test/support/stdio-greeter.mjs';
let directory: string;

/** An agent whose tools are those of a command. */
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
  const app = new App({ outdir: directory });
  const chart = new Chart(app, 'bridged', { namespace: 'test' });
  new TelemetryStack(chart, 'telemetry', { exporters: [OtlpExporter.signoz()] });
  const modelAPI = ModelAPI.hosted(chart, 'models', { models: ['small:1b'] });
  const tools = Tools.stdio({ image: 'example.com/greeter:1', command: ['node', SERVER] });
  const greeter = new MCPServer(chart, 'greeter', { tools });
  new Agent(chart, 'lead', { modelAPI, model: 'small:1b', mcpServers: [greeter] });
  app.synth();
});
afterAll(() => rmSync(directory, { recursive: true }));

test('an agent, the bridge and the command behind it make one trace', async () => {
  const ended = await kaos(...['run', 'bridged', '--manifests', directory, '--message', 'hello', '--json']);
  expect(ended).toMatchObject({ code: 0 });
  const { answer, traceId, spans, metrics } = resultsIn(ended) as {
    answer: string;
    traceId: string;
    spans: Span[];
    metrics: { name: string; service: string; points: { value?: number; attributes: object }[] }[];
  };
  const call = 'lead/agent.agentic_loop > lead/agent.step.1 > lead/tool.greet > lead/mcp.tool.greet';
  expect(paths(spans).filter((path) => path.startsWith(`${call} >`))).toEqual([
    `${call} > greeter/tools/call greet`,
    `${call} > greeter/tools/call greet > greeter/mcp.tool.greet`,
  ]);
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  // What the command was told of the trace.
  const bridge = spans.find(({ name, service }) => name === 'mcp.tool.greet' && service === 'greeter');
  expect(answer).toContain(`00-${traceId}-${bridge?.spanId}-01`);
  const counted = metrics.filter(({ name }) => name === 'kaos.tool.calls').flatMap(({ points }) => points);
  expect(counted.map(({ value }) => value)).toEqual([1]);
}, 60_000);
