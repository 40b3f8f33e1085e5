import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Agent, MCPServer, ModelAPI, Tools, type ToolLock } from '../../constructs';
import { tool } from '../../runtime/mcp-server/tool';
import { type Listening } from '../support/http';
import { startToolServer } from '../support/in-process';
import { endAll, kaos } from '../support/kaos';

let directory: string;
let remote: Listening;

beforeAll(async () => {
  const find = tool({ description: 'Finds', input: z.object({ text: z.string() }), handler: () => 'found' });
  remote = await startToolServer('tickets', { find }, 0, { apiKeys: ['not-a-key'] });
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
});
afterAll(() => remote.close());
afterEach(async () => {
  await endAll();
  rmSync(directory, { recursive: true });
});

/** A chart with a tool server that asks for keys, and one of other people. */
function synthesize(description: string, ...more: string[]): void {
  const module = join(directory, 'say.ts');
  const tools = ['say', ...more].map(
    (name) =>
      `export const ${name} = tool({ description: '${description}', input: z.object({}), handler: () => '' });`,
  );
  writeFileSync(
    module,
    ["import { tool } from 'cdk8s-kaos/tool';", "import { z } from 'zod';", ...tools].join('\n'),
  );
  const app = new App({ outdir: directory });
  const chart = new Chart(app, 'team', { namespace: 'team' });
  const keyOf = (name: string) => ({ secret: Secret.fromSecretName(chart, `${name}-key`, name), key: 'key' });
  const modelAPI = ModelAPI.hosted(chart, 'models', { models: ['small:1b'] });
  const lead = new Agent(chart, 'lead', { modelAPI, model: 'small:1b' });
  const said = new MCPServer(chart, 'said', { tools: Tools.fromModule(module) });
  lead.use(said, { apiKey: keyOf('lead'), tools: ['say'] });
  lead.use(MCPServer.fromUrl(chart, 'tickets', { url: remote.url, apiKey: keyOf('tickets') }));
  app.synth();
}

const file = () => join(directory, 'lock.json');
const lock = (...more: string[]) =>
  kaos('tools', 'lock', '--manifests', directory, '--lock', file(), ...more);
const locked = () => JSON.parse(readFileSync(file(), 'utf8')) as ToolLock;

function secrets(): string {
  const path = join(directory, 'secrets.yaml');
  const secret = (name: string, key: string) =>
    `kind: Secret\nmetadata: { name: ${name} }\nstringData: { key: ${key} }\n`;
  writeFileSync(path, [secret('lead', 'other'), secret('tickets', 'not-a-key')].join('---\n'));
  return path;
}

test('what tool servers say is written down, and compared', async () => {
  synthesize('Says it', 'shout');
  const first = await lock();
  expect(first).toMatchObject({ code: 0, stdout: 'new     team/said say\nnew     team/said shout\n' });
  expect(first.stderr).toContain(
    'team/tickets is skipped: somebody else runs it; it is asked with --secrets\n',
  );
  expect(locked()).toEqual({
    servers: {
      'team/said': {
        tools: {
          say: {
            description: 'Says it',
            inputSchema: {
              $schema: 'https://json-schema.org/draft/2020-12/schema',
              properties: {},
              type: 'object',
            },
            digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
          },
          shout: expect.anything() as unknown,
        },
      },
    },
  });
  const text = readFileSync(file(), 'utf8');

  expect(await lock('--check')).toMatchObject({ code: 0, stdout: '' });
  synthesize('Says it aloud', 'whisper');
  const differing = await lock('--check');
  expect(differing).toMatchObject({
    code: 1,
    stdout: 'changed team/said say\ngone    team/said shout\nnew     team/said whisper\n',
  });
  expect(differing.stderr).toContain(`kaos: ${file()} is not what the servers say; run \`kaos tools lock\``);
  expect(readFileSync(file(), 'utf8')).toBe(text);

  expect(await lock('team')).toMatchObject({ code: 0 });
  expect(await lock('team', '--check')).toMatchObject({ code: 0, stdout: '' });
}, 120_000);

test('servers that nobody locked are named, and are no difference', async () => {
  synthesize('Says it', 'shout');
  const without = await lock('--check');
  expect(without).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `kaos: there is no ${file()} to check; write it with \`kaos tools lock\`\n`,
  });

  writeFileSync(file(), JSON.stringify({ servers: {} }));
  const { code, stdout, stderr } = await lock('--check');
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr.match(/^.*is not locked.*$/gm)).toEqual([
    'team/said is not locked; to lock it, run `kaos tools lock`',
  ]);

  writeFileSync(file(), JSON.stringify({ servers: { 'team/said': { tools: {} } } }));
  const differing = await lock('--check');
  expect(differing).toMatchObject({ code: 1, stdout: 'new     team/said say\nnew     team/said shout\n' });
}, 60_000);

test('servers of other people are asked where there are Secrets, and keep their lock where there are none', async () => {
  synthesize('Says it');
  const asked = await lock('--secrets', secrets());
  expect(asked).toMatchObject({ code: 0, stdout: 'new     team/said say\nnew     team/tickets find\n' });
  expect(asked.stdout + asked.stderr).not.toContain('not-a-key');
  const { code, stdout } = await lock();
  expect([code, stdout, Object.keys(locked().servers)]).toEqual([0, '', ['team/said', 'team/tickets']]);
}, 120_000);

test('fails when a server does not let it in, without repeating the key', async () => {
  synthesize('Says it');
  const path = secrets();
  writeFileSync(path, readFileSync(path, 'utf8').replace('not-a-key', 'canary'));
  const { code, stderr } = await lock('--secrets', path);
  expect(code).toBe(1);
  expect(stderr).toContain('kaos: team/tickets does not tell its tools: ');
  expect(stderr).not.toContain('canary');
}, 60_000);

test('fails when the file is no lock', async () => {
  synthesize('Says it');
  writeFileSync(file(), '{}');
  expect(await lock()).toEqual({
    code: 1,
    stdout: '',
    stderr: `kaos: ${file()} is no lock of tools (servers: Invalid input: expected record, received undefined); remove it, and write it anew\n`,
  });
}, 60_000);

test('the lock of this repository is what its tools say', async () => {
  expect(await kaos('tools', 'lock', 'multi-agent', '--check')).toMatchObject({ code: 0, stdout: '' });
}, 60_000);
