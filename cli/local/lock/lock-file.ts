import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { type LockedServer, type ToolLock } from '../../../runtime/contract';
import { UserError } from '../errors';

/** Where `kaos tools lock` keeps what it knows of servers, in the directory of the app. */
export const TOOLS_LOCK = 'tools.lock.json';

const lockedTool = z.object({
  description: z.string(),
  inputSchema: z
    .record(z.string(), z.unknown())
    .refine(({ type }) => type === 'object', { error: 'must have the type "object"' }),
  digest: z.string(),
});
const toolLock = z.object({
  servers: z.record(z.string(), z.object({ tools: z.record(z.string(), lockedTool) })),
});

export interface Difference {
  readonly kind: 'new' | 'changed' | 'gone';
  /** `<chart>/<server>`. */
  readonly server: string;
  readonly tool: string;
}

/**
 * What a lock file holds; nothing where there is none.
 *
 * @throws UserError when it is none
 */
export function readLock(file: string): ToolLock {
  if (!existsSync(file)) return { servers: {} };
  const lock = toolLock.safeParse(readJson(file));
  if (lock.success) return lock.data;
  const [issue] = lock.error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw noLock(file, `${where}${issue?.message}`, lock.error);
}

/** Whether somebody locked the server, be it that it offers nothing. */
export function isLocked({ servers }: ToolLock, server: string): boolean {
  return Object.hasOwn(servers, server);
}

/** What the lock knows of the tools of a server, by their names. */
export function toolsOf({ servers }: ToolLock, server: string): LockedServer['tools'] {
  return servers[server]?.tools ?? {};
}

export function writeLock(file: string, lock: ToolLock): void {
  writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
}

/** The lock with what servers say now; those that are not there any more are left out. Names are in order. */
export function updated(
  before: ToolLock,
  said: ReadonlyMap<string, LockedServer>,
  isGone: (server: string) => boolean,
): ToolLock {
  const kept = Object.entries(before.servers).filter(([name]) => !said.has(name) && !isGone(name));
  const servers = [...kept, ...said].map(([name, { tools }]): [string, LockedServer] => [
    name,
    { tools: sorted(tools) },
  ]);
  return { servers: sorted(Object.fromEntries(servers)) };
}

/** In the order of servers and tools. */
export function differences(before: ToolLock, after: ToolLock): Difference[] {
  const servers = Object.keys(sorted({ ...before.servers, ...after.servers }));
  return servers.flatMap((server) => {
    const [old, now] = [toolsOf(before, server), toolsOf(after, server)];
    return Object.keys(sorted({ ...old, ...now })).flatMap((tool): Difference[] => {
      if (old[tool]?.digest === now[tool]?.digest) return [];
      const kind = !old[tool] ? 'new' : !now[tool] ? 'gone' : 'changed';
      return [{ kind, server, tool }];
    });
  });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw noLock(file, error instanceof SyntaxError ? 'it is no JSON' : 'it cannot be read', error);
  }
}

function noLock(file: string, reason: string, cause: unknown): UserError {
  return new UserError(`${file} is no lock of tools (${reason}); remove it, and write it anew`, { cause });
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
