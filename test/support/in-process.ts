import {
  type AgentConfig,
  type AgentSettings,
  agentConfigFromEnv,
  agentConfigToEnv,
  type MCPCallersConfig,
  type Env,
} from '../../runtime/contract';
import { buildAgent, type TelemetryChoices } from '../../runtime/agent/build-agent';
import { readLockedDigests } from '../../runtime/agent/mcp/tool-lock';
import { callersOf } from '../../runtime/mcp-server/callers';
import { type AllowedPages } from '../../runtime/mcp-server/strange-pages';
import { runnableTool } from '../../runtime/mcp-server/run-tool';
import { buildMCPServer } from '../../runtime/mcp-server/server';
import { type ToolDefinition } from '../../runtime/mcp-server/tool';
import { buildLogger } from '../../runtime/telemetry/log';
import { Redactor } from '../../runtime/telemetry/redaction/redactor';
import { buildInstrumentation } from '../../runtime/telemetry/with-span';
import { type Logger } from 'pino';
import { type Listening, listenFastify } from './http';

/** What is logged goes to the in-memory exporter. */
function buildTestLogger(name: string, env: Env = {}): Logger {
  return buildLogger({ name, level: 'DEBUG', export: true, redactor: new Redactor(env) });
}

/** Puts an agent together as its `main.ts` does, except that it waits for nobody, and asks again only if told to. */
export async function startAgent(
  settings: AgentSettings,
  port = 0,
  capturesContent = false,
  choices: TelemetryChoices = {},
): Promise<Listening> {
  const env = agentConfigToEnv({ modelMaxRetries: 0, ...settings });
  const config: AgentConfig = agentConfigFromEnv(env);
  const log = buildTestLogger(config.name, env);
  const words = { instructions: config.instructions, locked: readLockedDigests(config.toolsLockFile) };
  const { server, closing } = buildAgent(config, words, [], log, capturesContent, choices);
  const listening = await listenFastify(server, port);
  return {
    ...listening,
    close: async () => {
      await listening.close();
      for (const part of closing) await part.close();
    },
  };
}

/** Who may call a tool server, and which pages may. */
export type ToolServerGuards = Partial<MCPCallersConfig> & { readonly pages?: AllowedPages };

/** Puts a tool server together as its `main.ts` does. */
export function startToolServer(
  name: string,
  tools: Readonly<Record<string, ToolDefinition>>,
  port = 0,
  { pages = { hosts: undefined, origins: [] }, ...callers }: ToolServerGuards = {},
): Promise<Listening> {
  const log = buildTestLogger(name);
  const { withSpan } = buildInstrumentation(name, log);
  const runnable = Object.entries(tools).map(([name, definition]) =>
    runnableTool({ name, definition }, { log, withSpan }),
  );
  const byName = new Map(runnable.map((tool) => [tool.name, tool]));
  const config = { apiKeys: [], apiKeysFile: undefined, callers: [], ...callers };
  const parts = { name, tools: byName, pages, callers: callersOf(config, log), withSpan, log };
  return listenFastify(buildMCPServer(parts), port);
}
