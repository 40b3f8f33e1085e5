import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, Egress, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from '../../constructs';
import { kaos, resultsIn } from '../support/kaos';
import { paths, type Span } from '../support/span-edges';

const QUESTION = 'Who wrote the handbook?';
/** An MCP server as anybody may write it, with a program that is on any machine where this runs. */
/** From the directory in which kaos runs: what is below /tmp would be below the pod's own. */
const SERVER = 'test/fixtures/small-mcp-server.js';

interface Results {
  readonly status: string;
  readonly answer: string;
  readonly traceId: string;
  readonly spans: readonly Span[];
}

let directory: string;
let results: Results;
let stderr: string;

const issues = Tools.define({
  image: 'registry.example.com/issues-mcp:2.1.0',
  env: { ISSUES_TOKEN: 'secret', ISSUES_URL: 'text' },
  egress: [Egress.toInternet()],
  telemetry: true,
  local: { command: ['issues-mcp'] },
});

/** One agent with the tools of two images: one that a program stands for here, and one that nobody has here. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
  const app = new App({ outdir: directory });
  const chart = new Chart(app, 'desk', { namespace: 'desk' });
  new TelemetryStack(chart, 'telemetry', { exporters: [OtlpExporter.signoz()] });
  const modelAPI = ModelAPI.hosted(chart, 'models', { models: ['small:1b'] });
  const handbook = new MCPServer(chart, 'handbook', {
    tools: Tools.image({
      image: 'registry.example.com/handbook-mcp:1.0.0',
      path: '/handbook',
      env: { GREETING: 'Handbook' },
      local: { command: ['node', SERVER, '$PORT', '/handbook'] },
    }),
  });
  const ISSUES_TOKEN = { secret: Secret.fromSecretName(chart, 'key', 'issues'), key: 'token' };
  const tracker = new MCPServer(chart, 'issues', {
    tools: issues({ ISSUES_TOKEN, ISSUES_URL: 'https://issues.example.com' }),
  });
  new Agent(chart, 'clerk', { modelAPI, model: 'small:1b', mcpServers: [handbook, tracker] });
  app.synth();

  const ended = await kaos('run', 'desk', '--manifests', directory, '--message', QUESTION, '--json');
  expect(ended).toMatchObject({ code: 0 });
  stderr = ended.stderr;
  results = resultsIn(ended) as Results;
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true }));

test('what runs in the place of the images is said', () => {
  expect(stderr).toMatch(/handbook +starting \(node in place of its image\)/);
  expect(stderr).toMatch(
    /issues +starting \(issues-mcp needs Secrets that are not given, stand-in with tools: issues_demo alone\)/,
  );
});

test('the program answers with the variables of its container, and the stand-in says what it is', () => {
  expect(results.status).toBe('ok');
  expect(results.answer).toContain(`Handbook: ${QUESTION}`);
  expect(results.answer).toContain('This is a stand-in for issues, which did nothing.');
});

test('both are in one trace, as far as their images send telemetry', () => {
  const step = 'clerk/agent.agentic_loop > clerk/agent.step.1';
  const call = (tool: string) => `${step} > clerk/tool.${tool} > clerk/mcp.tool.${tool}`;
  const calls = paths(results.spans).filter((path) => path.includes('mcp.tool.'));
  expect(calls).toEqual([
    call('issues_demo'),
    `${call('issues_demo')} > issues/tools/call issues_demo`,
    call('look_up'),
  ]);
  expect(new Set(results.spans.map(({ traceId }) => traceId))).toEqual(new Set([results.traceId]));
  expect(results.spans.filter(({ status }) => status !== 'ok')).toEqual([]);
});
