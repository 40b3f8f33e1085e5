import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Env, HEALTH_PATH, mcpServerConfigToEnv } from '../../../runtime/contract';
import { nobodyAt, until } from '../../support/http';
import {
  type Bundles,
  bundleProcesses,
  ready,
  type RealProcess,
  startProcess,
} from '../../support/real-process';

const SERVER = resolve('test/support/stdio-server.mjs');
let bundles: Bundles, directory: string, gate: string, journal: string, release: string;

beforeAll(() => {
  bundles = bundleProcesses();
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-stdio-'));
  [gate = '', journal = '', release = ''] = ['gate', 'journal', 'release'].map((name) =>
    join(directory, name),
  );
  writeFileSync(gate, '');
});
afterEach(() => rmSync(directory, { recursive: true }));
afterAll(() => bundles.remove());

/** The bridge as it ships, in front of the server that does as it is told. */
async function start(more: Env = {}): Promise<{ server: RealProcess; url: string }> {
  const { port } = await nobodyAt();
  const stdio = { command: [process.execPath, SERVER, gate, journal] };
  const config = { name: 'search', host: '127.0.0.1', port, stdio };
  const { PATH, HOME } = process.env;
  const server = startProcess(bundles.mcpServer, { PATH, HOME, ...mcpServerConfigToEnv(config), ...more });
  return { server, url: `http://127.0.0.1:${port}` };
}
async function clientOf(url: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  return client;
}
const pids = () => readFileSync(journal, 'utf8').split('\n').filter(Boolean).map(Number);
const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

test('a call that runs when the server is stopped is finished, and then no process is left', async () => {
  const { server, url } = await start();
  await ready(url);
  const client = await clientOf(url);
  const call = client.callTool({ name: 'hold', arguments: { until: release } });
  await until(() => existsSync(`${release}.held`));
  server.kill('SIGTERM');
  await until(async () => (await fetch(url + '/ready').catch(() => undefined))?.status === 503);
  writeFileSync(release, '');
  expect(await call).toEqual({ content: [{ type: 'text', text: '"released"' }] });
  await client.close();
  expect(await server.exit).toBe(0);
  expect(pids()).toHaveLength(1);
  expect(pids().filter(isAlive)).toEqual([]);
});

test('when the server is killed, the command ends too', async () => {
  const { server, url } = await start();
  await ready(url);
  server.kill('SIGKILL');
  expect(await server.exit).toBe('SIGKILL');
  await until(() => !pids().some(isAlive));
});

test('it lives, and is not ready, while the command does not start', async () => {
  rmSync(gate);
  const { server, url } = await start();
  await ready(url, HEALTH_PATH);
  await until(() => existsSync(journal) && pids().length > 1);
  expect((await fetch(`${url}/ready`)).status).toBe(503);
  server.kill('SIGTERM');
  expect(await server.exit).toBe(0);
  await until(() => !pids().some(isAlive));
});
