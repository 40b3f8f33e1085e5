import { App, Chart } from 'cdk8s';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from '../../constructs';
import { endAll, Kaos, kaos, resultsIn } from '../support/kaos';
import { type Span } from '../support/span-edges';

const ECHO_TOOL = `
  import { tool } from 'cdk8s-kaos/tool';
  import { z } from 'zod';
  export const echo = tool({
    description: 'Echo',
    input: z.object({ message: z.string() }),
    handler: ({ message }) => message,
  });`;

/** Reports its process to the test, then waits for an end that does not come. */
const WAITING_TOOL = (url: string) => `
  import { tool } from 'cdk8s-kaos/tool';
  import { z } from 'zod';
  export const wait = tool({
    description: 'Waits',
    input: z.object({}),
    handler: async () => {
      await fetch('${url}/' + process.pid);
      return new Promise(() => setInterval(() => undefined, 1000));
    },
  });`;

describe('a tool server that is killed in the middle of a call', () => {
  let directory: string;
  let executioner: Server;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
    executioner = createServer((request, response) => {
      process.kill(Number(request.url?.slice(1)), 'SIGKILL');
      response.end();
    });
    await new Promise<void>((resolve) => executioner.listen(0, '127.0.0.1', resolve));
    const { port } = executioner.address() as AddressInfo;
    writeFileSync(join(directory, 'wait.ts'), WAITING_TOOL(`http://127.0.0.1:${port}`));

    const app = new App({ outdir: directory });
    const chart = new Chart(app, 'fragile', { namespace: 'test' });
    new TelemetryStack(chart, 'telemetry', { exporters: [OtlpExporter.signoz()] });
    const modelAPI = ModelAPI.proxy(chart, 'models', { provider: 'openai', models: ['gpt-4o'] });
    const waiter = new MCPServer(chart, 'waiter', { tools: Tools.fromModule(join(directory, 'wait.ts')) });
    new Agent(chart, 'asker', { modelAPI, model: 'gpt-4o', mcpServers: [waiter] });
    app.synth();
  });

  afterEach(endAll);
  afterAll(() => {
    executioner.close();
    rmSync(directory, { recursive: true });
  });

  test('still gets an answer; the tool span is an error, and the log says why', async () => {
    const ended = await kaos('run', 'fragile', '--message', 'wait', '--json', '--manifests', directory);
    const results = resultsIn(ended) as {
      status: string;
      answer: string;
      spans: Span[];
      logs: {
        severity: string;
        body: string;
        service: string;
        spanId: string;
        attributes: Record<string, string>;
      }[];
    };
    expect(results.status).toBe('ok');
    expect(results.answer).toContain('tool "wait" could not be called');

    const tool = results.spans.find((span) => span.name === 'tool.wait');
    expect(tool).toMatchObject({ status: 'error', attributes: { 'error.type': 'tool_unavailable' } });
    const loop = results.spans.find((span) => span.name === 'agent.agentic_loop');
    expect(loop).toMatchObject({ status: 'ok', parentSpanId: null });

    const reason = results.logs.find((log) => log.spanId === tool?.spanId);
    expect(reason).toMatchObject({ severity: 'ERROR', service: 'asker', body: 'tool.wait failed' });
    expect(reason?.attributes['exception.message']).toContain('tool "wait" could not be called');

    // The answer is there, but a workload is not: whoever runs this in CI must hear of it.
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/waiter +was ended by SIGKILL/);
    expect(ended.stderr).toContain('kaos: there is an answer, but waiter ended while it was made');
  }, 60_000);

  test('is started again by `kaos up`, as a cluster would', async () => {
    const up = new Kaos('up', 'fragile', '--manifests', directory);
    const [, url] = await up.printed(/curl -s (\S+)/);
    const reply = await fetch(String(url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'wait' }] }),
    });
    expect(reply.status).toBe(200);
    await up.printed(/waiter +was ended by SIGKILL[^]*waiter +ready in/);
    up.child.kill('SIGTERM');
    expect((await up.ended).code).toBe(0);
  }, 60_000);
});

describe('an agent that fails', () => {
  test('ends the run with the reason, and its trace is there all the same', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
    writeFileSync(join(directory, 'echo.ts'), ECHO_TOOL);
    const app = new App({ outdir: directory });
    const chart = new Chart(app, 'hasty', { namespace: 'test' });
    new TelemetryStack(chart, 'telemetry', { exporters: [OtlpExporter.signoz()] });
    const modelAPI = ModelAPI.proxy(chart, 'models', { provider: 'openai', models: ['gpt-4o'] });
    const echo = new MCPServer(chart, 'echo', { tools: Tools.fromModule(join(directory, 'echo.ts')) });
    new Agent(chart, 'asker', { modelAPI, model: 'gpt-4o', mcpServers: [echo], maxSteps: 1 });
    app.synth();

    const ended = await kaos('run', 'hasty', '--message', 'hi', '--json', '--manifests', directory);
    rmSync(directory, { recursive: true });
    const reason = '422: Reached maximum reasoning steps (1)';
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`kaos: the agent answered with an error: ${reason}`);
    const results = resultsIn(ended) as {
      status: string;
      answer: string;
      traceId: string;
      spans: Span[];
    };
    expect(results).toMatchObject({ status: 'error', answer: reason });
    const loop = results.spans.find((span) => span.name === 'agent.agentic_loop');
    expect(loop).toMatchObject({ status: 'error', traceId: results.traceId, parentSpanId: null });
  }, 60_000);
});
