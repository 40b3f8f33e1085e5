import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Construct } from 'constructs';
import { MCPServer, Tools } from '../../../constructs';
import { loadTools } from '../../../runtime/mcp-server/load-tools';
import { find, problemsOf, synth } from '../../support/synth';

/** `ms` is CommonJS, `data-uri-to-buffer` an ES module, `@parcel/watcher` native. */
const MODULE = `
  import ms from 'ms';
  import { dataUriToBuffer } from 'data-uri-to-buffer';
  import { tool } from 'cdk8s-kaos/tool';
  import { z } from 'zod';
  export const wait = tool({
    description: 'Says how long a time is, and what an address holds',
    input: z.object({ time: z.string(), address: z.string() }),
    handler: ({ time, address }) => ms(time) + ' ' + dataUriToBuffer(address).type,
  });
`;
let directory: string;

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'kaos-packages-')));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A module in that directory, with packages of ours at those places. */
function project(code: string, file: string, packages: Readonly<Record<string, string>>): string {
  for (const [name, at] of Object.entries(packages)) {
    cpSync(resolve('node_modules', name), join(directory, at), { recursive: true });
  }
  const path = join(directory, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, code);
  return path;
}
/** A package of a few files. */
function packageOf(name: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries({ 'index.js': 'module.exports = 1;', ...files })) {
    const path = join(directory, 'node_modules', name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
const server = (path: string) => (scope: Construct) =>
  new MCPServer(scope, 'timer', { tools: Tools.fromModule(path) });
const codeOf = (path: string): string =>
  find(synth(server(path)), 'ConfigMap', 'mcpserver-timer-tools').data['wait.js'];

test('packages are bundled, CommonJS and ES modules alike, and run in the process', async () => {
  const path = project(MODULE, 'tools/wait.ts', {
    ms: 'node_modules/ms',
    'data-uri-to-buffer': 'node_modules/data-uri-to-buffer',
  });
  const code = codeOf(path);
  const bundle = join(directory, 'wait.js');
  writeFileSync(bundle, code);
  const [wait] = loadTools([bundle]);
  const args = { time: '2 minutes', address: 'data:image/png;base64,iVBORw0KGgo=' };
  expect(await wait?.definition.handler(args as never, {} as never)).toBe('120000 image/png');
  expect(code).toContain('// node_modules/ms/index.js');
  expect(code).not.toContain(directory);
});

test('a bundle does not depend on where packages are installed', () => {
  const codes = [
    project(MODULE, 'a/tools/wait.ts', {
      ms: 'a/node_modules/ms',
      'data-uri-to-buffer': 'a/node_modules/data-uri-to-buffer',
    }),
    project(MODULE, 'b/packages/app/src/tools/wait.ts', {
      ms: 'b/node_modules/ms',
      'data-uri-to-buffer': 'b/packages/node_modules/data-uri-to-buffer',
    }),
    linked(),
  ].map(codeOf);
  expect(new Set(codes).size).toBe(1);

  /** As pnpm does it. */
  function linked(): string {
    const store = 'c/node_modules/.pnpm';
    const [ms, buffer] = [`${store}/ms@2.1.3/node_modules/ms`, `${store}/d@4.0.1/node_modules/d`];
    const path = project(MODULE, 'c/tools/wait.ts', { ms, 'data-uri-to-buffer': buffer });
    const real = `${store}/d@4.0.1/node_modules/data-uri-to-buffer`;
    cpSync(join(directory, buffer), join(directory, real), { recursive: true });
    symlinkSync(join(directory, ms), join(directory, 'c/node_modules/ms'));
    symlinkSync(join(directory, real), join(directory, 'c/node_modules/data-uri-to-buffer'));
    return path;
  }
});

test('a text that looks like a path of a package stays as it is', () => {
  const code = `import ms from 'ms';
    export const text = \`
// ../elsewhere/node_modules/ms/index.js
\` + ms(1);`;
  const path = project(code, 'tools/wait.ts', { ms: 'node_modules/ms' });
  expect(codeOf(path)).toContain('// ../elsewhere/node_modules/ms/index.js');
});

test('a package may ask for another that is not installed, when it does without', () => {
  packageOf('fast', {
    'index.js': "try { module.exports = require('faster'); } catch { module.exports = 'slow'; }",
  });
  const path = project("import fast from 'fast'; export const x = fast;", 'wait.ts', {});
  expect(problemsOf(server(path))).toEqual([]);
});

test('fails when a package is native, by its name', () => {
  const code = "import watcher from '@parcel/watcher'; export const x = watcher;";
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
  const path = project(code, 'wait.ts', {});
  expect(problemsOf(server(path))).toEqual([
    expect.stringMatching(
      /^\[research\/timer\] tool module ".+" imports "@parcel\/watcher", which has native code \(binding.gyp\); build an image that has it, as runtime\/Dockerfile shows, or take a package without it$/,
    ),
  ]);
});

test.each<[evidence: string, files: Record<string, string>]>([
  ['a .node file', { 'index.js': "module.exports = require('./fast.node');", 'fast.node': '\u007fELF' }],
  ['binding.gyp', { 'binding.gyp': '{}' }],
  ['prebuilds', { 'prebuilds/linux-x64/fast.node': '' }],
  ['gypfile in its package.json', { 'package.json': '{"name":"fast","gypfile":true}' }],
  ['native bindings in its package.json', { 'package.json': '{"name":"fast","napi":{"name":"fast"}}' }],
  [
    'its dependency node-gyp-build',
    { 'package.json': '{"name":"fast","dependencies":{"node-gyp-build":"^4.0.0"}}' },
  ],
])('fails when a package below another is native, known by %s', (evidence, files) => {
  packageOf('plain', { 'index.js': "module.exports = require('fast');" });
  packageOf('fast', files);
  const path = project("import plain from 'plain'; export const x = plain;", 'wait.ts', {});
  expect(problemsOf(server(path))).toEqual([
    expect.stringContaining(`imports "fast", which has native code (${evidence})`),
  ]);
});

test('fails when packages are more than a ConfigMap holds, naming the largest', () => {
  packageOf('@big/data', { 'index.js': `module.exports = ${JSON.stringify('x'.repeat(1_000_000))};` });
  packageOf('small', {});
  const code = "import big from '@big/data'; import small from 'small'; export const x = [big, small];";
  expect(problemsOf(server(project(code, 'wait.ts', {})))).toEqual([
    expect.stringMatching(/ is \d{7} bytes, most of them of package "@big\/data"; a ConfigMap has room for/),
  ]);
});
