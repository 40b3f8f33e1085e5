import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MCPServer, Tools } from '../../../constructs';
import { loadTools } from '../../../runtime/mcp-server/load-tools';
import { envOf, find, problemsOf, synth } from '../../support/synth';

const ADD = `
  // Adds.
  export const add = tool({
    description: 'Adds two numbers',
    input: z.object({ a: z.number(), b: z.number() }),
    handler: ({ a, b }) => String(a + b),
  });
`;
const folder = mkdtempSync(join(tmpdir(), 'kaos-inline-'));
afterAll(() => rmSync(folder, { recursive: true }));

const manifestsOf = (code: string) =>
  synth((scope) => new MCPServer(scope, 'adder', { tools: Tools.inline(code) }));
const codeOf = (code: string): string =>
  find(manifestsOf(code), 'ConfigMap', 'mcpserver-adder-tools').data['tools.js'];
const problemOf = (code: string) =>
  problemsOf((scope) => new MCPServer(scope, 'adder', { tools: Tools.inline(code) }));

function toolsOf(code: string) {
  const path = join(folder, 'tools.js');
  writeFileSync(path, codeOf(code));
  return loadTools([path]);
}

test('a few lines are tools as those of a module are, with tool and z at hand', async () => {
  const [add] = toolsOf(ADD);
  expect(add?.name).toBe('add');
  expect(await add?.definition.handler({ a: 19, b: 23 } as never, {} as never)).toBe('42');
  expect(envOf(find(manifestsOf(ADD), 'Deployment', 'mcpserver-adder'))).toMatchObject({
    MCP_TOOL_MODULES: '/etc/kaos/tools/tools.js',
  });
});

test.each([
  ['what it imports itself', `import { z } from 'zod';\nimport { tool } from 'cdk8s-kaos/tool';\n${ADD}`],
  ['a part of that', `import * as z from 'zod';\n${ADD}`],
  ['a name of its own', `const z = { object: () => ({ type: 'object' }), number: () => 1 };\n${ADD}`],
])('%s stands in place of what is at hand', (_what, code) => {
  expect(toolsOf(code).map(({ name }) => name)).toEqual(['add']);
});

test('it may import what the project has', () => {
  const code = `import { greeting } from './test/constructs/tool-modules/greeting';
    export const greet = tool({ description: greeting('Ada'), input: z.object({}), handler: () => '' });`;
  expect(toolsOf(code)[0]?.definition.description).toBe('Grüß Gott, Ada!');
});

test.each<[why: string, code: string, problem: string]>([
  [
    'it cannot be read',
    '\nexport const add = (;',
    'inline code cannot be bundled: line 2, column 21: Unexpected ";"; correct the module',
  ],
  [
    'it cannot be read, and imports z itself',
    "import { z } from 'zod';\nexport const add = (;",
    'inline code cannot be bundled: line 2, column 21: Unexpected ";"; correct the module',
  ],
  [
    'it imports what is not there',
    "import { x } from './gone';\nexport const add = x;",
    'inline code cannot be bundled: line 1, column 19: Could not resolve "./gone"; correct the module',
  ],
  ['it exports nothing', 'tool({});', 'inline code exports no tool; write `export const name = tool({ … })`'],
  [
    'it imports what is native',
    "import watcher from '@parcel/watcher';\nexport const add = watcher;",
    'inline code imports "@parcel/watcher", which has native code (binding.gyp); ' +
      'build an image that has it, as runtime/Dockerfile shows, or take a package without it',
  ],
])('fails when %s', (_why, code, problem) => {
  expect(problemOf(code)).toEqual([`[research/adder] ${problem}`]);
});
