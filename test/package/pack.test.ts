import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { PYTHON } from '../components/python';
import { describeWithPython } from '../support/python';
import { readmeFiles } from '../support/readme';

const ROOT = join(__dirname, '../..');
/** What a user's project has beside this package; taken from this one, because tests use no network. */
const BESIDE = ['cdk8s', 'cdk8s-plus-28', 'constructs', 'esbuild', 'yaml', 'zod'];

/** A project that has nothing of this one but the packed package. */
let project: string;
const inProject = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'kaos-project-'));
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
      cwd: ROOT,
      encoding: 'utf8',
    }),
  ) as [{ filename: string }];
  const beside = BESIDE.map((name) => [name, `file:${join(ROOT, 'node_modules', name)}`]);
  const dependencies = { 'cdk8s-kaos': `file:./${filename}`, ...Object.fromEntries(beside) };
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'helpdesk', private: true, dependencies }),
  );
  // npm cannot place linked folders as each other's peers; they are all there anyway.
  inProject(
    'npm',
    'install',
    '--offline',
    '--legacy-peer-deps',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
  );
  for (const [file, text] of readmeFiles()) writeFileSync(join(project, file), text);
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

test('each command is executable where it is bundled, so that the link of npx goes on working after a build', () => {
  const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  const modes = Object.values(bin).map((file) => statSync(join(ROOT, file)).mode & 0o111);
  expect(modes).toEqual([0o111, 0o111, 0o111]);
});

test('the README example compiles against the package, and a wrong model in it does not', () => {
  const compile = () => inProject(join(ROOT, 'node_modules/.bin/tsc'), '--noEmit', '--project', '.');
  expect(compile()).toBe('');
  const wrong = String(readmeFiles().get('main.ts')).replace("model: 'gpt-4o',", "model: 'gpt-4',");
  writeFileSync(join(project, 'wrong.ts'), wrong);
  const stdout = expect.stringContaining(`Type '"gpt-4"' is not assignable to type '"gpt-4o"'`) as string;
  expect(compile).toThrow(expect.objectContaining({ stdout }) as Error);
  rmSync(join(project, 'wrong.ts'));
}, 120_000);

test('the README example synthesizes', () => {
  inProject(join(ROOT, 'node_modules/.bin/ts-node'), '-T', 'main.ts');
  const text = readFileSync(join(project, 'dist/helpdesk.k8s.yaml'), 'utf8');
  const names = parseAllDocuments(text).map((document) => {
    const { kind, metadata } = document.toJS() as { kind: string; metadata: { name: string } };
    return `${kind} ${metadata.name}`;
  });
  expect(names).toEqual(
    expect.arrayContaining([
      'Deployment otel-collector-telemetry',
      'Deployment modelapi-models',
      'Deployment mcpserver-handbook',
      'Deployment agent-assistant',
    ]),
  );
}, 120_000);

test('what the documentation in the package links to is in the package', () => {
  const root = join(project, 'node_modules/cdk8s-kaos');
  const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
  const links = pages.flatMap((page) => {
    const found = readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g);
    return [...found].map(([, path = '']) => join(dirname(page), path));
  });
  expect(links).toContain('docs/tools.md');
  expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test.each([
  ['production.ts', 'desk'],
  ['observed.ts', 'observed'],
])(
  '%s of the README synthesizes as it stands',
  (file, chart) => {
    inProject(join(ROOT, 'node_modules/.bin/ts-node'), '-T', file);
    expect(existsSync(join(project, `dist/${chart}.k8s.yaml`))).toBe(true);
  },
  120_000,
);

test('the command that comes with the package runs it', () => {
  const results = JSON.parse(inProject('npx', 'kaos', 'run', 'helpdesk', '--message', 'tea', '--json')) as {
    status: string;
    answer: string;
  };
  expect(results).toMatchObject({
    status: 'ok',
    answer: expect.stringContaining('The handbook says nothing about tea.') as string,
  });
}, 120_000);

/** The example of the documentation, with the chart that it imports and a test runner that runs it at once. */
function writeTestingExample(): void {
  const [, example = ''] =
    /```ts\n([^]*?)```/.exec(readFileSync(join(ROOT, 'docs/testing.md'), 'utf8')) ?? [];
  const chart = `
    import { Chart } from 'cdk8s';
    import { type Construct } from 'constructs';
    import { Agent, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from 'cdk8s-kaos';
    export class Research extends Chart {
      constructor(scope: Construct, id: string) {
        super(scope, id, { namespace: id });
        new TelemetryStack(this, 'telemetry', { exporters: [OtlpExporter.signoz()] });
        const modelAPI = ModelAPI.hosted(this, 'models', { models: ['smollm2:135m'] });
        const handbook = new MCPServer(this, 'handbook', { tools: Tools.fromModule('search.ts') });
        new Agent(this, 'lead', { modelAPI, model: 'smollm2:135m', mcpServers: [handbook] });
      }
    }`;
  const runner = `
    declare function test(name: string, run: () => Promise<void>, timeoutMs: number): void;`;
  writeFileSync(join(project, 'research.ts'), chart);
  writeFileSync(join(project, 'runner.d.ts'), runner);
  writeFileSync(join(project, 'research.test.ts'), example);
}

test('the example of testing traces compiles against the package, and holds of a small chart', () => {
  writeTestingExample();
  expect(inProject(join(ROOT, 'node_modules/.bin/tsc'), '--noEmit', '--project', '.')).toBe('');
  const run = `
    globalThis.test = (name, body) => body().then(() => console.log(name));
    require('./research.test.ts');`;
  expect(inProject(join(ROOT, 'node_modules/.bin/ts-node'), '-T', '-e', run)).toBe(
    'one request is one trace\n',
  );
}, 120_000);

/** Runs an app with tools in Python, which finds no other programs than those of the directories and the system. */
function runScience(...directories: string[]): string {
  const app = `
    import { App, Chart } from 'cdk8s';
    import { Agent, MCPServer, ModelAPI, Tools } from 'cdk8s-kaos';
    const app = new App();
    const chart = new Chart(app, 'science', { namespace: 'science' });
    const tools = Tools.python('def echo(message: str) -> str:\\n    return f"Echo: {message}"\\n');
    const modelAPI = ModelAPI.hosted(chart, 'models', { models: ['smollm2:135m'] });
    const mcpServers = [new MCPServer(chart, 'echo', { tools })];
    new Agent(chart, 'lead', { modelAPI, model: 'smollm2:135m', mcpServers });
    app.synth();`;
  writeFileSync(join(project, 'science.ts'), app);
  inProject(join(ROOT, 'node_modules/.bin/ts-node'), '-T', 'science.ts');
  const env = { PATH: [...directories, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter) };
  const args = ['node_modules/cdk8s-kaos/lib/bin/kaos.js', 'run', 'science', '--message', 'tea', '--json'];
  return execFileSync(process.execPath, args, { cwd: project, env, encoding: 'utf8', stdio: 'pipe' });
}

test('without a Python for it, the command says what tools in Python need', () => {
  const stderr = expect.stringMatching(
    /kaos: echo has tools in Python, and no Python here has FastMCP .*pip install -r \S+cdk8s-kaos\/lib\/python\/requirements\.txt"/,
  ) as string;
  expect(() => runScience()).toThrow(expect.objectContaining({ stderr }) as Error);
  expect(existsSync(join(project, 'node_modules/cdk8s-kaos/lib/python/requirements.txt'))).toBe(true);
}, 120_000);

describeWithPython('where the Python on the PATH has FastMCP', () => {
  test('the command that comes with the package runs tools in Python', () => {
    expect(JSON.parse(runScience(dirname(PYTHON)))).toMatchObject({
      status: 'ok',
      answer: expect.stringContaining('Echo: tea') as string,
    });
  }, 120_000);
});
