import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Construct } from 'constructs';
import { Agent, Cluster, MCPServer, ModelAPI, Tools } from '../../../constructs';
import { envOf, find, NAMESPACE, problemsOf, synth, synthApp } from '../../support/synth';

const ADD = 'def add(a: int, b: int) -> int:\n    """Adds."""\n    return a + b\n';
const cwd = process.cwd();
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-tools-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const server = (tools: Tools) => (scope: Construct) => new MCPServer(scope, 'maths', { tools });

function dataOf(tools: Tools): Record<string, string> {
  return find(synth(server(tools)), 'ConfigMap', 'mcpserver-maths-tools').data;
}

function file(name: string, code: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, code);
  return path;
}

/** The manifests as a process without any Python on its PATH synthesizes them, or what it says instead. */
function yamlWithoutPython(code: string): string {
  const script = `
    const { App, Chart } = require('cdk8s');
    const { MCPServer, Tools } = require('./constructs');
    const app = new App();
    const scope = new Chart(app, 'research', { namespace: '${NAMESPACE}' });
    new MCPServer(scope, 'maths', { tools: Tools.python(${JSON.stringify(code)}) });
    console.log(app.synthYaml());`;
  const args = ['--require', 'ts-node/register/transpile-only', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    env: { PATH: directory },
    encoding: 'utf8',
  });
  return stdout || stderr;
}

function yaml(code: string): string {
  const app = new App();
  server(Tools.python(code))(new Chart(app, 'research', { namespace: NAMESPACE }));
  return app.synthYaml();
}

test('a server is a Deployment of the image for Python, told where its code is', () => {
  const manifests = synth(server(Tools.python(ADD)));
  const deployment = find(manifests, 'Deployment', 'mcpserver-maths');
  const [container] = deployment.spec.template.spec.containers;
  expect(envOf(deployment)).toEqual({
    MCP_SERVER_NAME: 'maths',
    MCP_TOOLS_FILE: '/etc/kaos/tools/tools.py',
    MCP_PORT: '8000',
    MCP_ALLOWED_HOSTS:
      'mcpserver-maths,mcpserver-maths.tests,mcpserver-maths.tests.svc,' +
      'mcpserver-maths.tests.svc.cluster.local',
    LOG_LEVEL: 'INFO',
  });
  expect(container.image).toBe('localhost/cdk8s-kaos/python-runtime:0.1.0');
  expect(container.command).toEqual(['python', '-P', '-m', 'kaos_mcp']);
  expect(container.readinessProbe.httpGet).toMatchObject({ path: '/ready', port: 'http' });
});

test('it is told whom to let in, by files of Secrets that its pod mounts', () => {
  const manifests = synth((scope) => {
    const key = (name: string) => ({ secret: Secret.fromSecretName(scope, name, name), key: 'key' });
    const modelAPI = ModelAPI.fromUrl(scope, 'models', {
      url: 'https://llm.example.com',
      models: ['gpt-4o'],
    });
    const maths = new MCPServer(scope, 'maths', { tools: Tools.python(ADD), apiKeys: key('shared') });
    const agent = new Agent(scope, 'web-search', { modelAPI, model: 'gpt-4o' });
    agent.use(maths, { apiKey: key('own'), tools: ['add'] });
    expect(maths.asksForKeys).toBe(true);
  });
  const deployment = find(manifests, 'Deployment', 'mcpserver-maths');
  expect(envOf(deployment)).toMatchObject({
    MCP_API_KEYS_FILE: '/etc/kaos/secrets/shared/key',
    MCP_CALLERS: 'web-search',
    MCP_CALLER_WEB_SEARCH_API_KEY_FILE: '/etc/kaos/secrets/own/key',
    MCP_CALLER_WEB_SEARCH_TOOLS: 'add',
  });
  const { containers, volumes } = deployment.spec.template.spec;
  const mounted = containers[0].volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
  expect(mounted).toEqual(expect.arrayContaining(['/etc/kaos/secrets/own', '/etc/kaos/secrets/shared']));
  expect(volumes).toEqual(
    expect.arrayContaining(
      ['own', 'shared'].map((secretName) =>
        expect.objectContaining({ secret: expect.objectContaining({ secretName }) }),
      ),
    ),
  );
  expect(envOf(find(manifests, 'Deployment', 'agent-web-search'))).toMatchObject({
    MCP_SERVER_maths_API_KEY_FILE: '/etc/kaos/secrets/own/key',
  });
});

test('the cluster says which image it is, and the server itself may', () => {
  const imageOf = (image?: string) => {
    const manifests = synthApp((app) => {
      Cluster.configure(app, { pythonRuntimeImage: 'registry.example.com/python:1.0' });
      const scope = new Chart(app, 'research', { namespace: NAMESPACE });
      new MCPServer(scope, 'maths', { tools: Tools.python(ADD), image });
    });
    return find(manifests, 'Deployment', 'mcpserver-maths').spec.template.spec.containers[0].image;
  };
  expect(imageOf()).toBe('registry.example.com/python:1.0');
  expect(imageOf('registry.example.com/science:2.0')).toBe('registry.example.com/science:2.0');
});

test('code stands in its ConfigMap as lines, without the indentation of the app', () => {
  const indented = `
    import math

    def area(radius: float) -> float:
        """Area of a circle."""
        return math.pi * radius ** 2
  `;
  expect(yaml(indented)).toContain(`
  tools.py: |
    import math

    def area(radius: float) -> float:
        """Area of a circle."""
        return math.pi * radius ** 2
`);
});

test('a file keeps its name', () => {
  expect(dataOf(Tools.fromPython(file('maths.py', ADD)))).toEqual({ 'maths.py': ADD });
});

test.each([
  ['line breaks of Windows', ADD.replaceAll('\n', '\r\n')],
  ['a byte order mark', `\uFEFF${ADD}`],
  ['no line break at its end', ADD.trimEnd()],
  ['white space at its end', `${ADD}\n  \n`],
])('code with %s is the same bytes', (_, code) => {
  expect(dataOf(Tools.fromPython(file('maths.py', code)))).toEqual({ 'maths.py': ADD });
  expect(dataOf(Tools.python(code.replace('\uFEFF', '')))).toEqual({ 'tools.py': ADD });
});

test('what is synthesized is the same with and without Python', () => {
  expect(yamlWithoutPython(ADD).trimEnd()).toBe(yaml(ADD).trimEnd());
});

test('code is not run at synthesis', () => {
  const marker = join(directory, 'ran');
  synth(server(Tools.python(`open(${JSON.stringify(marker)}, "w")\n${ADD}`)));
  expect(() => rmSync(marker)).toThrow('ENOENT');
});

test('fails when a file does not exist', () => {
  expect(problemsOf(server(Tools.fromPython('apps/tools/gone.py')))).toEqual([
    `[research/maths] there is no Python file "apps/tools/gone.py"; give a path from ${cwd}, where synthesis runs`,
  ]);
});

test.each(['maths.txt', 'my maths.py'])('fails when the file is called %s', (name) => {
  const path = file(name, ADD);
  expect(problemsOf(server(Tools.fromPython(path)))).toEqual([
    `[research/maths] the name of Python file "${path}" cannot be used; ` +
      'give a .py file whose name has letters, digits, "-", "_" and "." alone',
  ]);
});

test('fails when there is no code', () => {
  const problem = (given: string) =>
    `[research/maths] the Python code is ${given}; give the text of at least one function`;
  expect(problemsOf(server(Tools.python(' \n')))).toEqual([problem('empty')]);
  // A file that met no compiler may give anything.
  expect(problemsOf(server(Tools.python(3 as never)))).toEqual([problem('of type number')]);
});

test('fails when a key stands in the code', () => {
  const code = `KEY = "sk-${'a1'.repeat(12)}"\n${ADD}`;
  expect(problemsOf(server(Tools.python(code)))).toEqual([
    '[research/maths] the Python code holds what looks like a key of a model provider; ' +
      'take it from a variable, set in env from a Secret',
  ]);
});

test('what the code puts into a text is no key', () => {
  const code = `def url(user: str, password: str) -> str:\n    return f"db://{user}:{password}@db"\n`;
  expect(problemsOf(server(Tools.python(code)))).toEqual([]);
});

test('fails when the code is more than a ConfigMap holds', () => {
  const build = () => synth(server(Tools.python(`${ADD}# ${'x'.repeat(1024 * 1024)}\n`)));
  expect(build).toThrow(
    /^Validation failed with the following errors:\n {2}\[research\/maths\] ConfigMap "mcpserver-maths-tools" has \d+ bytes; a ConfigMap holds 1048576, make "tools.py" smaller$/,
  );
});

const hasPython =
  spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']).status === 0;
const isRequired = process.env.KAOS_REQUIRE_COMPONENTS === '1';

(hasPython || isRequired ? describe : describe.skip)('with Python 3.11 or later on the PATH', () => {
  test.each([
    ['def add(a: int) -> int:\n    return a +\n', 2, 'invalid syntax'],
    ['def f():\n        pass\n    x = 1\n', 3, 'unindent does not match any outer indentation level'],
    ['x = "\0"\n', 1, 'source code string cannot contain null bytes'],
  ])('fails when the code %j has a syntax error', (code, line, message) => {
    const path = file('maths.py', code);
    const [problem] = problemsOf(server(Tools.fromPython(path)));
    expect(problem).toMatch(/, says Python 3\.\d+\.\d+\S*; correct it$/);
    expect(problem).toContain(
      `[research/maths] Python file "${path}" has a syntax error in line ${line}: ${message}`,
    );
  });

  test('fails when code in the app has one, counting lines from its first', () => {
    const [problem] = problemsOf(server(Tools.python('\n    x = 1\n    def\n')));
    expect(problem).toContain(
      '[research/maths] the Python code has a syntax error in line 2: invalid syntax',
    );
  });
});

test('without Python, a syntax error is the server’s to find', () => {
  expect(yamlWithoutPython('def')).toContain('\n  tools.py: |\n    def\n');
});
