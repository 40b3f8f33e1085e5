import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { writeLock } from '../../cli/local/lock/lock-file';
import { listTools } from '../../cli/local/lock/list-tools';
import {
  Agent,
  type LockedServer,
  MCPServer,
  ModelAPI,
  OtlpExporter,
  TelemetryStack,
} from '../../constructs';
import { tool } from '../../runtime/mcp-server/tool';
import { childrenOf, isAlive } from '../support/children';
import { startToolServer } from '../support/in-process';
import { endAll, Kaos, kaos, resultsIn } from '../support/kaos';
import { until } from '../support/http';

const here = process.cwd();
let directory: string;

/** One agent with servers of other people: one that the lock knows, and one that it does not. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
  const tickets = await locked();
  writeLock(join(directory, 'tools.lock.json'), { servers: { 'desk/tickets': tickets } });
  const app = new App({ outdir: directory });
  const chart = new Chart(app, 'desk', { namespace: 'desk' });
  new TelemetryStack(chart, 'telemetry', { exporters: [OtlpExporter.signoz()] });
  const modelAPI = ModelAPI.hosted(chart, 'models', { models: ['small:1b'] });
  const apiKey = { secret: Secret.fromSecretName(chart, 'key', 'tickets'), key: 'token' };
  const url = (name: string) => `https://${name}.example.com/v1/mcp`;
  const mcpServers = [
    MCPServer.fromUrl(chart, 'tickets', { url: url('tickets'), apiKey, tools: tickets }),
    MCPServer.fromUrl(chart, 'crm', { url: url('crm') }),
  ];
  new Agent(chart, 'clerk', { modelAPI, model: 'small:1b', mcpServers });
  app.synth();
  // The lock is looked for where the command runs.
  process.chdir(directory);
}, 30_000);
afterEach(() => endAll());
afterAll(() => {
  process.chdir(here);
  rmSync(directory, { recursive: true });
});

/** What a server says of a tool whose schema is more than the simplest. */
async function locked(): Promise<LockedServer> {
  const input = z.object({ text: z.string().describe('What for'), limit: z.number().int().optional() });
  const find = tool({ description: 'Finds tickets', input, handler: () => 'found' });
  const server = await startToolServer('tickets', { find });
  try {
    return await listTools({ name: 'desk/tickets', url: `${server.url}/mcp` });
  } finally {
    await server.close();
  }
}

test('a stand-in answers with the tools of the lock, which its agent does not refuse', async () => {
  const ended = await kaos('run', 'desk', '--manifests', '.', '--message', 'Who waits?', '--json');
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stderr).toMatch(/tickets +starting \(stand-in with tools: 1 of tools\.lock\.json\)/);
  expect(ended.stderr).toMatch(
    /clerk +starting \(without the tools of crm, which is asked with --secrets alone\)/,
  );
  const { status, answer } = resultsIn(ended) as { status: string; answer: string };
  expect(status).toBe('ok');
  expect(answer).toContain(
    'This is a stand-in for tickets, which did nothing. It was asked for find with {"text":"Who waits?"',
  );
}, 60_000);

test('it ends with the system', async () => {
  const up = new Kaos('up', 'desk', '--manifests', '.');
  await up.printed(/running/);
  const children = childrenOf(Number(up.child.pid));
  expect(children).toHaveLength(3);
  up.child.kill('SIGINT');
  await up.ended;
  await until(() => children.every((pid) => !isAlive(pid)));
}, 60_000);
