import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { join, resolve } from 'node:path';
import {
  mcpServerConfigFromEnv,
  mcpServerConfigToEnv,
  type StdioSettings,
} from '../../../../runtime/contract';
import { StdioBridge } from '../../../../runtime/mcp-server/stdio/bridge';
import { buildMCPServer } from '../../../../runtime/mcp-server/server';
import { timeLimited } from '../../../../runtime/mcp-server/time-limit';
import { buildLogger } from '../../../../runtime/telemetry/log';
import { buildInstrumentation } from '../../../../runtime/telemetry/with-span';
import { listenFastify, type Listening, until } from '../../../support/http';

/** The official server that has something of everything. */
export const EVERYTHING = [
  process.execPath,
  resolve('node_modules/@modelcontextprotocol/server-everything/dist/index.js'),
  'stdio',
];
/** The server that does as it is told. */
export const TOLD = [process.execPath, join(__dirname, '../../../support/stdio-server.mjs')];

export interface RunningBridge extends Listening {
  readonly bridge: StdioBridge;
  readonly client: Client;
}

/** Puts a bridge together as `main.ts` does. Settles when it is ready, unless told not to wait. */
export async function startBridge(
  settings: StdioSettings,
  { waits = true, toolTimeoutMs = 600_000 } = {},
): Promise<RunningBridge> {
  const { name, stdio } = mcpServerConfigFromEnv(mcpServerConfigToEnv({ name: 'search', stdio: settings }));
  if (!stdio) throw new Error('the contract lost the command');
  const log = buildLogger({ name, level: 'DEBUG', export: true });
  const { withSpan } = buildInstrumentation(name, log);
  const env = { ...process.env, TMPDIR: '/tmp', PASSED: 'on', OTEL_SERVICE_NAME: 'ours', SHELL: '/bin/sh' };
  const bridge = new StdioBridge({
    ...{ name, config: stdio, env, log, withSpan },
    dress: (tool) => timeLimited(tool, toolTimeoutMs),
  });
  bridge.open();
  const { tools, knowsTools } = bridge;
  const pages = { hosts: undefined, origins: [] };
  const parts = { name, tools, knowsTools, pages, withSpan, log, conditions: [bridge] };
  const server = await listenFastify(buildMCPServer(parts));
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
  if (waits) await until(async () => (await bridge.problem()) === undefined);
  return {
    ...server,
    ...{ bridge, client },
    close: async () => {
      await client.close();
      await server.close();
      await bridge.close();
    },
  };
}
