import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, MCPServer, Memory, ModelAPI, Tools } from '../../constructs';
import { kaos } from '../support/kaos';

let directory: string;

/** Two agents and a tool server that ask their callers for keys of their own, and one of the agents calls the others. */
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
  const app = new App({ outdir: directory });
  const chart = new Chart(app, 'guarded', { namespace: 'test' });
  const keyOf = (name: string) => ({
    secret: Secret.fromSecretName(chart, `${name}-keys`, name),
    key: 'keys',
  });
  const modelAPI = ModelAPI.hosted(chart, 'models', { models: ['small:1b'] });
  const aide = new Agent(chart, 'aide', { modelAPI, model: 'small:1b', apiKeys: keyOf('aide') });
  const echo = new MCPServer(chart, 'echo', { tools: Tools.fromModule('apps/tools/echo.ts') });
  const lead = new Agent(chart, 'lead', {
    ...{ modelAPI, model: 'small:1b', apiKeys: keyOf('lead'), replicas: 2 },
    memory: Memory.redis({ host: 'redis.cache.svc' }),
    subAgents: [aide],
  });
  lead.use(echo, { apiKey: keyOf('echo'), tools: ['echo'] });
  app.synth();
});
afterAll(() => rmSync(directory, { recursive: true }));

const ask = (...more: string[]) =>
  kaos('run', 'guarded', '--manifests', directory, '--message', 'hello', ...more);

test('agents show each other their keys, and the command shows the first its own, without any Secret', async () => {
  const { code, stdout, stderr } = await ask();
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /lead +starting \(sessions in the process, not in Redis, one process for 2 replicas\)/,
  );
  expect(stdout).toContain('delegate_to_aide');
  expect(stdout).toContain('echo: Echo: hello');
  expect(stdout).not.toContain('failed');
}, 60_000);

test('the same with Secrets of their own, which are written nowhere that others see', async () => {
  const secret = (name: string, keys: string) =>
    `kind: Secret\nmetadata: { name: ${name} }\nstringData: { keys: "${keys}" }\n`;
  const file = join(directory, 'secrets.yaml');
  const secrets = [
    secret('aide', 'key-of-aide'),
    secret('echo', 'key-of-echo'),
    secret('lead', 'key-of-lead,next-key'),
  ];
  writeFileSync(file, secrets.join('---\n'));
  const { code, stdout, stderr } = await ask('--secrets', file);
  expect(code).toBe(0);
  expect(stdout).toContain('delegate_to_aide');
  expect(stdout).toContain('echo: Echo: hello');
  expect(stdout).not.toContain('failed');
  expect(stdout + stderr).not.toMatch(/key-of|next-key/);
}, 60_000);

test('fails when one of the Secrets is missing among those that are given', async () => {
  const file = join(directory, 'one.yaml');
  writeFileSync(file, 'kind: Secret\nmetadata: { name: lead }\nstringData: { keys: a-key }\n');
  const { code, stderr } = await ask('--secrets', file);
  expect(code).toBe(1);
  expect(stderr).toContain('needs key "keys" of Secret "aide", which is not among the Secrets; add it\n');
}, 60_000);
