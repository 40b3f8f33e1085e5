import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../../runtime/contract';
import { loadTools } from '../../../runtime/mcp-server/load-tools';

const folder = mkdtempSync(join(tmpdir(), 'kaos-tools-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEAD = `const { tool } = require('cdk8s-kaos/tool'); const { z } = require('zod');`;
const TOOL = `tool({ description: 'Answers', input: z.object({}), handler: () => 'pong' })`;

test('a module’s tools go by the names of their exports, or by their own', () => {
  const path = module(
    'named.js',
    `${HEAD} exports.ping = ${TOOL}; exports.other = { ...exports.ping, name: 'pong' };`,
  );
  expect(loadTools([path]).map(({ name }) => name)).toEqual(['ping', 'pong']);
});

test('what is no tool is left alone', () => {
  const path = module(
    'mixed.cjs',
    `${HEAD} exports.ping = ${TOOL}; exports.version = 1; exports.nothing = null;`,
  );
  expect(loadTools([path]).map(({ name }) => name)).toEqual(['ping']);
});

test('tools of several modules come in their order', () => {
  const paths = ['b', 'a'].map((name) => module(`${name}.js`, `${HEAD} exports.${name} = ${TOOL};`));
  expect(loadTools(paths).map(({ name }) => name)).toEqual(['b', 'a']);
});

test('a module may require its neighbours, and what Node brings along', () => {
  module('neighbour.js', `exports.text = __filename;`);
  const source = `${HEAD} const { text } = require('./neighbour.js'); const { basename } = require('node:path');
    exports.ping = tool({ description: basename(text), input: z.object({}), handler: () => '' });`;
  expect(loadTools([module('family.js', source)])[0]?.definition.description).toBe('neighbour.js');
});

test('a module may replace its exports', () => {
  const path = module('replaced.js', `${HEAD} module.exports = { ping: ${TOOL} };`);
  expect(loadTools([path])).toHaveLength(1);
});

test.each<[why: string, file: string, source: string | undefined, problem: string]>([
  [
    'a module holds no tool',
    'empty.js',
    'exports.version = 1;',
    'exports no tool; export what tool({ … }) returns',
  ],
  [
    'a module exports nothing at all',
    'null.js',
    'module.exports = null;',
    'exports no tool; export what tool({ … }) returns',
  ],
  ['a module is TypeScript', 'tools.ts', 'export {};', 'is no CommonJS module; give a .js or .cjs file'],
  ['a module is an ES module', 'tools.mjs', 'export {};', 'is no CommonJS module; give a .js or .cjs file'],
  ['a module cannot be parsed', 'broken.js', 'const = 1;', "cannot be loaded: Unexpected token '='"],
  ['a module throws', 'throws.js', "throw new Error('no key');", 'cannot be loaded: no key'],
])('fails when %s', (_why, file, source, problem) => {
  const path = module(file, source ?? '');
  expect(() => loadTools([path])).toThrow(new ConfigError([`MCP_TOOL_MODULES: "${path}" ${problem}`]));
});

test('fails when a file is not there', () => {
  const path = join(folder, 'missing.js');
  const problem = `cannot be loaded: ENOENT: no such file or directory, open '${path}'`;
  expect(() => loadTools([path])).toThrow(new ConfigError([`MCP_TOOL_MODULES: "${path}" ${problem}`]));
});

test('fails when two tools have one name', () => {
  const paths = ['one', 'two'].map((name) => module(`${name}.js`, `${HEAD} exports.ping = ${TOOL};`));
  const problem = 'MCP_TOOL_MODULES: two tools are called "ping"; give one of them another name';
  expect(() => loadTools(paths)).toThrow(new ConfigError([problem]));
});

function module(file: string, source: string): string {
  const path = join(folder, file);
  writeFileSync(path, source);
  return path;
}
