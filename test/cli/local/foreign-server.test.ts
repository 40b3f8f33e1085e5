import { Secret } from 'cdk8s-plus-28';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPlan, type Plan } from '../../../cli/local/plan';
import { noSecrets, type Secrets } from '../../../cli/local/secrets';
import { type ImageToolsProps, MCPServer, Tools } from '../../../constructs';
import { directory, local, useDirectory } from './localized';
import { deployment, planOf, synthesized } from './small-chart';

useDirectory();

const STAND_IN = '/bin/of/kaos/stand-in-server.js';

/** A server `search` of an image, with a key that it needs if that is said. */
function planWith(props: Partial<ImageToolsProps>, needsKey = false): Plan {
  return buildPlan(
    synthesized((chart) => {
      const secret = Secret.fromSecretName(chart, 'keys', 'search-keys');
      const secrets: ImageToolsProps['secrets'] = needsKey ? { SEARCH_TOKEN: { secret, key: 'token' } } : {};
      const tools = Tools.image({ image: 'search:1', secrets, ...props });
      new MCPServer(chart, 'search', { tools });
    }),
  );
}

/** A program beside the app. */
function install(name: string): string {
  const bin = join(directory, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), '#!/bin/sh\n', { mode: 0o755 });
  return join(bin, name);
}

function lockTools(servers: unknown): void {
  writeFileSync(join(directory, 'tools.lock.json'), JSON.stringify({ servers }));
}

const search = { command: ['search-mcp', '--port=$PORT'], env: { PORT: '$PORT', INDEX: 'small' } };

test('the program of the manifest runs with the variables of the container, at its port here', () => {
  const program = install('search-mcp');
  const { command, env, note, readinessUrl } = local(
    planWith({ local: search, env: { INDEX: 'all', DEPTH: '3' } }),
    'search',
  );
  expect(command.slice(3)).toEqual(['/bin/of/kaos/run-program.js', program, '--port=40000']);
  expect(env).toEqual({ INDEX: 'small', DEPTH: '3', PORT: '40000' });
  expect(note).toBe('search-mcp in place of its image');
  expect(readinessUrl).toBe('tcp://127.0.0.1:40000');
});

test('a program is found on the PATH as well', () => {
  const { command } = local(planWith({ local: { command: ['node', 'server.js'] } }), 'search');
  expect(command.slice(4)).toEqual([expect.stringMatching(/^\/.*\/node$/), 'server.js']);
});

test('a program that is not installed is stood in for, and nothing is installed', () => {
  const { command, note } = local(planWith({ local: search }), 'search');
  expect(command.slice(3)).toEqual([
    STAND_IN,
    ...['--name', 'search', '--server', 'research/search'],
    ...['--lock', join(directory, 'tools.lock.json'), '--host', '127.0.0.1', '--port', '40000'],
  ]);
  expect(note).toBe('search-mcp is not installed here, stand-in with tools: search_demo alone');
});

test('a program that needs Secrets runs with them, and never without', () => {
  install('search-mcp');
  const plan = planWith({ local: search }, true);
  expect(local(plan, 'search').note).toBe(
    'search-mcp needs Secrets that are not given, stand-in with tools: search_demo alone',
  );
  const given: Secrets = new Map([['search-keys', new Map([['token', 'a-token']])]]);
  const { env, note } = local(plan, 'search', given);
  expect(note).toBe('search-mcp in place of its image');
  expect(env.SEARCH_TOKEN).toBe('a-token');
});

test('a stand-in has the tools that the lock knows of its server', () => {
  const tool = { description: 'Looks', inputSchema: { type: 'object' }, digest: 'sha256:0' };
  lockTools({ 'research/search': { tools: { look: tool, find: tool } }, 'other/search': { tools: {} } });
  expect(local(planWith({}), 'search').note).toBe('stand-in with tools: 2 of tools.lock.json');
});

test('any tool server is stood in for, however it is run', () => {
  const readinessProbe = { httpGet: { path: '/healthz', port: 'http' } };
  const container = { command: ['node', '/srv/mcp-server.js'], readinessProbe };
  const plan = planOf([deployment('mcpserver', 'odd', { container })]);
  expect(local(plan, 'odd', noSecrets)).toMatchObject({
    command: expect.arrayContaining([STAND_IN]) as unknown,
    readinessUrl: 'http://127.0.0.1:40000/healthz',
  });
});

test('fails when the lock is none', () => {
  lockTools([]);
  expect(() => local(planWith({}), 'search')).toThrow(
    /tools\.lock\.json is no lock of tools \(servers: Invalid input: expected record, received array\); remove it, and write it anew$/,
  );
});

test('fails when the lock is no JSON', () => {
  writeFileSync(join(directory, 'tools.lock.json'), '{');
  expect(() => local(planWith({}), 'search')).toThrow(
    /tools\.lock\.json is no lock of tools \(it is no JSON\); remove it, and write it anew$/,
  );
});

test('fails when the annotation is no command', () => {
  const { spec, metadata, kind } = deployment('mcpserver', 'odd');
  const annotations = { 'kaos.dev/local-command': 'search-mcp' };
  expect(() => planOf([{ kind, spec, metadata: { ...metadata, annotations } }])).toThrow(
    'chart small: Deployment "mcpserver-odd": annotation kaos.dev/local-command is no command; ' +
      'give {"command":["program","argument"]}',
  );
});
