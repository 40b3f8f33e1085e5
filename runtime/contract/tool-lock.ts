import { ConfigError } from './env-reader';

/** Holds the path of the file with the digests of the tools that an agent may be offered. */
export const TOOLS_LOCK_FILE_VARIABLE = 'TOOLS_LOCK_FILE';

/** What a model is told of a tool. */
export interface ToolWords {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: object;
}

/** A tool as it was when somebody looked at it. */
export interface LockedTool {
  readonly description: string;
  readonly inputSchema: object;
  readonly digest: string;
}

/** The tools of one server. */
export interface LockedServer<T extends string = string> {
  readonly tools: { readonly [name in T]: LockedTool };
}

/** What `tools.lock.json` holds; servers are called `<chart>/<server>`. */
export interface ToolLock {
  readonly servers: { readonly [server: string]: LockedServer };
}

/**
 * Digest of what a model is told of a tool: `sha256:` and, in hexadecimal, SHA-256 of the UTF-8 bytes of the canonical
 * JSON (RFC 8785) of `{ "description", "inputSchema", "name" }`, where a tool without a description has an empty one.
 *
 * @param sha256 of a text, in hexadecimal
 */
export function toolDigest(
  { name, description = '', inputSchema }: ToolWords,
  sha256: (text: string) => string,
): string {
  return `sha256:${sha256(canonicalJson({ description, inputSchema, name }))}`;
}

/** Canonical JSON (RFC 8785): equal values are equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const properties = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${properties.join(',')}}`;
}

/** Digests by the names of tools, by the names of servers as an agent knows them. */
export type LockedDigests = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The file that `TOOLS_LOCK_FILE` names: what `tools.lock.json` says of an agent's servers, with digests alone. */
export function lockedDigestsToJson(digests: LockedDigests): string {
  const servers = mapSorted(digests, (tools) => ({ tools: mapSorted(tools, (digest) => ({ digest })) }));
  return `${JSON.stringify({ servers }, undefined, 2)}\n`;
}

/** @throws ConfigError when it is no such file */
export function lockedDigestsFromJson(text: string): LockedDigests {
  const { servers } = readObject(text);
  return mapSorted(asRecord(servers), (server) =>
    mapSorted(asRecord(asRecord(server).tools), (tool) => {
      const { digest } = asRecord(tool);
      return typeof digest === 'string' ? digest : wrong();
    }),
  );
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return wrong();
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Readonly<Record<string, unknown>>) : wrong();
}

function wrong(): never {
  throw new ConfigError([
    `${TOOLS_LOCK_FILE_VARIABLE} names a file that is no lock of tools; synthesize it again`,
  ]);
}

function mapSorted<A, B>(record: Readonly<Record<string, A>>, map: (item: A) => B): Record<string, B> {
  const sorted = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, item]) => [key, map(item)]));
}
