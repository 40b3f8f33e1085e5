import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Construct } from 'constructs';
import { MCPServer, Tools } from '../../constructs';
import { chart, envOf, find, problemsOf, synth } from '../support/synth';

const GREET = 'test/constructs/tool-modules/greet.ts';
const cwd = process.cwd();
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-tools-'));
});
afterEach(() => {
  process.chdir(cwd);
  rmSync(directory, { recursive: true });
});

function codeOf(path: string): string {
  const manifests = synth((scope) => new MCPServer(scope, 'greeter', { tools: Tools.fromModule(path) }));
  return find(manifests, 'ConfigMap', 'mcpserver-greeter-tools').data['greet.js'];
}

function server(name: string, code: string): (scope: Construct) => MCPServer {
  const path = join(directory, name);
  writeFileSync(path, code);
  return (scope) => new MCPServer(scope, 'greeter', { tools: Tools.fromModule(path) });
}

test('a server is a Deployment and a Service, told where its tools are', () => {
  const manifests = synth((scope) => new MCPServer(scope, 'greeter', { tools: Tools.fromModule(GREET) }));
  const deployment = find(manifests, 'Deployment', 'mcpserver-greeter');
  expect(envOf(deployment)).toEqual({
    MCP_SERVER_NAME: 'greeter',
    MCP_TOOL_MODULES: '/etc/kaos/tools/greet.js',
    MCP_PORT: '8000',
    MCP_ALLOWED_HOSTS:
      'mcpserver-greeter,mcpserver-greeter.tests,mcpserver-greeter.tests.svc,' +
      'mcpserver-greeter.tests.svc.cluster.local',
    LOG_LEVEL: 'INFO',
  });
  expect(deployment.spec.template.spec.containers[0].command).toEqual(['node', '/app/mcp-server.js']);
  expect(find(manifests, 'Service', 'mcpserver-greeter').spec.selector).toEqual({
    app: 'mcpserver',
    mcpserver: 'greeter',
  });
});

test('a server tells where it is', () => {
  const { url, mcpUrl } = new MCPServer(chart(), 'greeter', { tools: Tools.fromModule(GREET) });
  expect(url).toBe('http://mcpserver-greeter.tests.svc.cluster.local:8000');
  expect(mcpUrl).toBe('http://mcpserver-greeter.tests.svc.cluster.local:8000/mcp');
});

test('a module is one file of readable code that runs with what the process provides', () => {
  const code = codeOf(GREET);
  const provided: Record<string, unknown> = {
    'cdk8s-kaos/tool': { tool: (definition: object) => definition },
    zod: { z: { object: () => 'object', string: () => 'string' } },
  };
  const module = { exports: {} as { greet?: { handler: (input: { name: string }) => string } } };
  new Function('module', 'exports', 'require', code)(
    module,
    module.exports,
    (name: string) => provided[name],
  );
  expect(module.exports.greet?.handler({ name: 'Ada' })).toBe('Grüß Gott, Ada!');
  expect(code).toContain('return `Grüß Gott, ${name}!`;');
});

test('a bundle does not depend on where synthesis runs, nor on time zone or language', () => {
  const code = codeOf(GREET);
  const environment = { ...process.env };
  process.chdir(directory);
  Object.assign(process.env, { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' });
  try {
    expect(codeOf(resolve(cwd, GREET))).toBe(code);
  } finally {
    process.env = environment;
  }
});

test('fails when the module does not exist', () => {
  const build = (scope: Construct) =>
    new MCPServer(scope, 'greeter', { tools: Tools.fromModule('apps/tools/gone.ts') });
  expect(problemsOf(build)).toEqual([
    `[research/greeter] there is no tool module "apps/tools/gone.ts"; give a path from ${cwd}, where synthesis runs`,
  ]);
});

test('fails when the module has a syntax error', () => {
  expect(problemsOf(server('greet.ts', 'export const greet = (;\n'))).toEqual([
    `[research/greeter] tool module "${directory}/greet.ts" cannot be bundled: ` +
      'greet.ts:1:23: Unexpected ";"; correct the module',
  ]);
});

test('fails when the module imports what cannot be found', () => {
  expect(problemsOf(server('greet.ts', "import { x } from './gone';\nexport const greet = x;\n"))).toEqual([
    `[research/greeter] tool module "${directory}/greet.ts" cannot be bundled: ` +
      'greet.ts:1:19: Could not resolve "./gone"; correct the module',
  ]);
});

test('fails when the module needs more of a package than the process provides', () => {
  expect(problemsOf(server('greet.ts', "import { z } from 'zod/mini';\nexport const greet = z;\n"))).toEqual([
    `[research/greeter] tool module "${directory}/greet.ts" imports "zod/mini"; ` +
      'of these packages the process provides "cdk8s-kaos/tool" and "zod" alone',
  ]);
});

test.each(['cdk8s-kaos', 'cdk8s-kaos/testing'])('fails when the module imports %s', (name) => {
  const code = `import { tool } from '${name}';\nexport const greet = tool({});\n`;
  expect(problemsOf(server('greet.ts', code))).toEqual([
    `[research/greeter] tool module "${directory}/greet.ts" imports "${name}"; ` +
      'import tool from "cdk8s-kaos/tool", which is all of it that the process provides',
  ]);
});

test('fails when the module means something else than it says', () => {
  expect(problemsOf(server('greet.ts', 'export const greet = import.meta.url;\n'))).toEqual([
    `[research/greeter] tool module "${directory}/greet.ts" cannot be bundled: greet.ts:1:22: ` +
      '"import.meta" is not available with the "cjs" output format and will be empty; correct the module',
  ]);
});

test('fails when the file name cannot be a ConfigMap key', () => {
  expect(problemsOf(server('greet you.ts', 'export const greet = 1;\n'))).toEqual([
    `[research/greeter] the file name of tool module "${directory}/greet you.ts" cannot be a ConfigMap key; ` +
      'use letters, digits, "-" and "_"',
  ]);
});

test('fails when the bundle is more than a ConfigMap holds', () => {
  const code = `export const greet = ${JSON.stringify('x'.repeat(1_000_000))};\n`;
  expect(problemsOf(server('greet.ts', code))).toEqual([
    expect.stringMatching(
      /^\[research\/greeter\] tool module ".+\/greet.ts" is \d{7} bytes, most of them its own; a ConfigMap has room for 1000000; build an image that has it, as runtime\/Dockerfile shows$/,
    ),
  ]);
});
