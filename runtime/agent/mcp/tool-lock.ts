import { type Tool as MCPTool } from '@modelcontextprotocol/sdk/types.js';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Logger } from 'pino';
import {
  ConfigError,
  type LockedDigests,
  lockedDigestsFromJson,
  TOOLS_LOCK_FILE_VARIABLE,
  toolDigest,
} from '../../contract';
import { ATTRIBUTE, EVENT } from '../../telemetry/names';
import { recordEvent } from '../../telemetry/record-event';
import { type Instrumentation } from '../../telemetry/with-span';

/** Why a tool is not offered: it says something else than it was locked with, or was never locked. */
type Reason = 'changed' | 'unlocked';

/** A tool that is not offered. */
export interface Refusal {
  readonly tool: string;
  readonly reason: Reason;
  readonly digest: string;
}

/** A server may make up names for ever; of more than these, the oldest complaint is forgotten. */
const MAX_SAID = 256;
/** Of a name that a server made up, as much is told. */
const MAX_NAME = 128;

/** @throws ConfigError when there is no such file, or it is none of ours */
export function readLockedDigests(file: string | undefined): LockedDigests {
  if (file === undefined) return {};
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError([`${TOOLS_LOCK_FILE_VARIABLE} is "${file}"; give a file that can be read`]);
  }
  return lockedDigestsFromJson(text);
}

/** Undefined where the tools of a server are not locked. */
export function lockOf(
  locked: LockedDigests,
  server: string,
  refused: Instrumentation['countRefusal'],
  log: Logger,
): ToolLock | undefined {
  const digests = Object.hasOwn(locked, server) ? locked[server] : undefined;
  return digests && new ToolLock(server, digests, refused, log);
}

/** What a server's tools said when somebody looked at them: others are not offered. */
export class ToolLock {
  /** The digest that was last complained about, by the name of the tool. */
  private readonly said = new Map<string, string>();

  constructor(
    private readonly server: string,
    private readonly digests: Readonly<Record<string, string>>,
    private readonly refused: Instrumentation['countRefusal'],
    private readonly log: Logger,
  ) {}

  /** Why a tool is not offered; undefined where it is what it was. */
  refusalOf(tool: MCPTool): Refusal | undefined {
    const digest = toolDigest(tool, sha256);
    const locked = Object.hasOwn(this.digests, tool.name) ? this.digests[tool.name] : undefined;
    if (locked === digest) return undefined;
    return { tool: tool.name, reason: locked === undefined ? 'unlocked' : 'changed', digest };
  }

  /** Each request tells of it on its span, and the log once for each change. */
  tell({ tool, reason, digest }: Refusal): void {
    this.refused(this.server, reason);
    recordEvent(EVENT.toolRefused, {
      [ATTRIBUTE.mcpServer]: this.server,
      [ATTRIBUTE.toolName]: tool.slice(0, MAX_NAME),
      [ATTRIBUTE.refusalReason]: reason,
      [ATTRIBUTE.toolDigest]: digest,
    });
    if (this.said.get(tool) === digest) return;
    this.said.delete(tool);
    this.said.set(tool, digest);
    for (const [oldest] of this.said) if (this.said.size > MAX_SAID) this.said.delete(oldest);
    this.log.error(
      `the tool "${tool.slice(0, MAX_NAME)}" of MCP server "${this.server}" ${PROBLEM[reason]}, and is not offered; ` +
        'look at what it says now, and lock it by `kaos tools lock`',
    );
  }
}

const PROBLEM: Readonly<Record<Reason, string>> = {
  changed: 'is not what it was when it was locked',
  unlocked: 'is not locked',
};

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
