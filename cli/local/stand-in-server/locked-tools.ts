import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../errors';

/** File in which `kaos tools lock` keeps what it knows of servers, in the directory of the app. */
export const TOOLS_LOCK = 'tools.lock.json';

/** A tool as its server described it when it was last asked. */
const lockedTool = z.looseObject({
  description: z.string().default(''),
  inputSchema: z.looseObject({ type: z.literal('object') }).default({ type: 'object' }),
});
export type LockedTool = z.infer<typeof lockedTool>;

const lock = z.looseObject({
  servers: z.record(z.string(), z.looseObject({ tools: z.record(z.string(), lockedTool) })),
});

/**
 * The tools of a server by name; none where the file is not there or does not know the server.
 *
 * @param server chart and name, as `research/search`
 * @throws UserError when the file is none that `kaos tools lock` writes
 */
export function lockedTools(file: string, server: string): ReadonlyMap<string, LockedTool> {
  const parsed = lock.safeParse(readJson(file) ?? { servers: {} });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(`${file}: ${issue?.path.join('.')}: ${issue?.message}; write it again`);
  }
  return new Map(Object.entries(parsed.data.servers[server]?.tools ?? {}));
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError(`${file} cannot be read as JSON; write it again`, { cause: error });
  }
}
