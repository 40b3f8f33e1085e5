import { delimiter, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { UserError } from '../../../cli/local/errors';
import { buildPlan, type Plan } from '../../../cli/local/plan';
import { MCPServer, Tools } from '../../../constructs';
import { local, useDirectory } from './localized';
import { synthesized } from './small-chart';

useDirectory();

const image = 'example.com/tools:1';
const planOf = (...command: string[]): Plan =>
  buildPlan(
    synthesized((chart) => new MCPServer(chart, 'search', { tools: Tools.stdio({ image, command }) })),
  );
const commandOf = (...command: string[]): unknown =>
  JSON.parse(local(planOf(...command), 'search').env.MCP_STDIO_COMMAND ?? '');

test('a command of the image is that of the project, by its name', () => {
  const bin = resolve('node_modules/.bin/mcp-server-everything');
  expect(commandOf('mcp-server-everything', 'stdio')).toEqual([bin, 'stdio']);
  expect(commandOf('/opt/tools/node_modules/.bin/mcp-server-everything')).toEqual([bin]);
});

test('a command that is not one of the project is looked for on the PATH', () => {
  expect(commandOf('sh', '-c', 'exec "$(COMMAND)"')).toEqual([
    expect.stringMatching(/^\/.*\/sh$/),
    '-c',
    'exec "$(COMMAND)"',
  ]);
});

test('our own process runs it, with what it needs to find its files', () => {
  const { command, env } = local(planOf('mcp-server-everything', 'stdio'), 'search');
  expect(command.at(-1)).toBe('/bin/of/kaos/mcp-server.js');
  expect(env).toMatchObject({ MCP_HOST: '127.0.0.1', HOME: tmpdir() });
  expect(env.PATH?.split(delimiter)[0]).toBe(resolve('node_modules/.bin'));
});

test('fails when the command is not here', () => {
  expect(() => commandOf('/opt/venv/bin/mcp-server-nowhere')).toThrow(
    new UserError(
      'search runs the command "/opt/venv/bin/mcp-server-nowhere", which is neither in node_modules/.bin ' +
        'nor on the PATH; install it here in the version that its image has',
    ),
  );
});
