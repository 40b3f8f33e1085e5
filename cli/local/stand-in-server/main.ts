import { parseArgs } from 'node:util';
import { buildMCPServer } from '../../../runtime/mcp-server/server';
import { runMain } from '../../../runtime/process/run-main';
import { serve } from '../../../runtime/process/serve';
import { buildLogger } from '../../../runtime/telemetry/log';
import { startTelemetry } from '../../../runtime/telemetry/start';
import { buildInstrumentation } from '../../../runtime/telemetry/with-span';
import { readLock, toolsOf } from '../lock/lock-file';
import { LOOPBACK } from '../ports';
import { answerEverywhere } from './everywhere';
import { standInTools } from './stand-in-tools';

const ARGUMENTS = {
  /** What agents know the server by. */
  name: { type: 'string', default: 'server' },
  /** What the lock knows it by. */
  server: { type: 'string', default: '' },
  lock: { type: 'string', default: '' },
  host: { type: 'string', default: LOOPBACK },
  port: { type: 'string', default: '8000' },
} as const;

void runMain(async () => {
  const { name, server: key, lock, host, port } = parseArgs({ options: ARGUMENTS }).values;
  const known = lock === '' ? {} : toolsOf(readLock(lock), key);
  const tools = new Map(standInTools(name, known).map((tool) => [tool.name, tool]));
  const telemetry = startTelemetry(process.env, name);
  const log = buildLogger({ name, level: 'INFO', export: telemetry.enabled });
  const { withSpan } = buildInstrumentation(name, log);
  const server = buildMCPServer({ name, tools, pages: { hosts: [], origins: [] }, withSpan, log });
  answerEverywhere(server.server);
  await serve(server, { host, port: Number(port), log, closing: [telemetry] });
});
