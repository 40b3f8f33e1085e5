import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
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
