import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, MCPServer, ModelAPI, type ToolLock, Tools } from '../../constructs';
import { endAll, kaos } from '../support/kaos';
import { describeWithPython } from '../support/python';

/** An MCP server as anybody may write it, with a program that is on any machine where this runs. */
/** From the directory in which kaos runs: what is below /tmp would be below the pod's own. */
const SERVER = 'test/fixtures/small-mcp-server.js';
const LOCAL = { command: ['node', SERVER, '$PORT', '/handbook'] };

let directory: string;
const file = () => join(directory, 'lock.json');

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
});
afterEach(async () => {
  await endAll();
  rmSync(directory, { recursive: true });
});

function synthesize(build: (chart: Chart) => MCPServer[]): void {
  const app = new App({ outdir: directory });
  const chart = new Chart(app, 'desk', { namespace: 'desk' });
  const modelAPI = ModelAPI.hosted(chart, 'models', { models: ['small:1b'] });
  new Agent(chart, 'clerk', { modelAPI, model: 'small:1b', mcpServers: build(chart) });
  app.synth();
}

const lock = (...more: string[]) =>
  kaos('tools', 'lock', '--manifests', directory, '--lock', file(), ...more);
const lockedServers = () => (JSON.parse(readFileSync(file(), 'utf8')) as ToolLock).servers;

/** Servers of other images: with a program that is here, one that is not, one that needs a Secret, and none. */
function others(chart: Chart): MCPServer[] {
  const image = 'registry.example.com/any-mcp:1.0.0';
  const token = { secret: Secret.fromSecretName(chart, 'key', 'keys'), key: 'token' };
  const server = (id: string, props: Partial<Parameters<typeof Tools.image>[0]>) =>
    new MCPServer(chart, id, { tools: Tools.image({ image, path: '/handbook', ...props }) });
  return [
    server('handbook', { local: LOCAL }),
    server('absent', { local: { command: ['a-program-that-nobody-has'] } }),
    server('guarded', { local: LOCAL, secrets: { TOKEN: token } }),
    server('plain', {}),
  ];
}

test('a program in place of an image is asked where its agents ask it, and no stand-in is asked', async () => {
  synthesize(others);
  const kept = { 'desk/plain': { tools: {} } };
  writeFileSync(file(), JSON.stringify({ servers: kept }));
  const { code, stdout, stderr } = await lock();
  expect([code, stdout]).toEqual([0, 'new     desk/handbook look_up\n']);
  expect(stderr.match(/^.* is skipped: .*$/gm)).toEqual([
    'desk/absent is skipped: a-program-that-nobody-has is not installed here',
    'desk/guarded is skipped: node needs Secrets that are not given',
    'desk/plain is skipped: image registry.example.com/any-mcp:1.0.0 does not run on this machine',
  ]);
  expect(stderr).not.toContain('stand-in');
  expect(Object.keys(lockedServers())).toEqual(['desk/handbook', 'desk/plain']);
}, 60_000);

test('one that needs Secrets is asked with them', async () => {
  synthesize(others);
  const secrets = join(directory, 'secrets.yaml');
  writeFileSync(secrets, 'kind: Secret\nmetadata: { name: keys }\nstringData: { token: not-a-key }\n');
  const { code, stdout } = await lock('--secrets', secrets);
  expect([code, stdout]).toEqual([0, 'new     desk/guarded look_up\nnew     desk/handbook look_up\n']);
}, 60_000);

describeWithPython('tools in Python', () => {
  test('are locked as others are', async () => {
    const code = 'def greet(name: str) -> str:\n    """Greets."""\n    return f"Hello, {name}"\n';
    synthesize((chart) => [new MCPServer(chart, 'snakes', { tools: Tools.python(code) })]);
    expect(await lock()).toMatchObject({ code: 0, stdout: 'new     desk/snakes greet\n' });
    expect(lockedServers()['desk/snakes']?.tools.greet).toMatchObject({
      description: 'Greets.',
      inputSchema: { properties: { name: { type: 'string' } }, required: ['name'], type: 'object' },
    });
    expect(await lock('--check')).toMatchObject({ code: 0, stdout: '' });
  }, 60_000);
});
