import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createHash } from 'node:crypto';
import { canonicalJson, type LockedServer, type LockedTool, toolDigest } from '../../../runtime/contract';
import { UserError } from '../errors';

const TIMEOUT_MS = 30_000;
/** A server that goes on for longer is not one that anybody would look at. */
const MAX_PAGES = 100;

/** A server that is asked for its tools. */
export interface AskedServer {
  /** As the lock calls it: `<chart>/<server>`. */
  readonly name: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What a server says of its tools.
 *
 * @throws UserError when it does not say it
 */
export async function listTools({ name, url, headers = {} }: AskedServer): Promise<LockedServer> {
  const client = new Client({ name: 'kaos', version: '1' });
  const requestInit: RequestInit = { headers: { ...headers }, redirect: 'error' };
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }), {
      timeout: TIMEOUT_MS,
    });
    return { tools: Object.fromEntries(await lockedTools(client)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${name} does not tell its tools: ${reason}`, { cause: error });
  } finally {
    await client.close();
  }
}

async function lockedTools(client: Client): Promise<[string, LockedTool][]> {
  const tools: [string, LockedTool][] = [];
  let cursor: string | undefined;
  for (let page = 1; page === 1 || cursor !== undefined; page++) {
    if (page > MAX_PAGES) throw new Error(`it has more than ${MAX_PAGES} pages of them`);
    const listed = await client.listTools(cursor === undefined ? {} : { cursor }, { timeout: TIMEOUT_MS });
    tools.push(...listed.tools.map((tool): [string, LockedTool] => [tool.name, lockedTool(tool)]));
    cursor = listed.nextCursor;
  }
  return tools;
}

function lockedTool({
  name,
  description = '',
  inputSchema,
}: {
  name: string;
  description?: string | undefined;
  inputSchema: object;
}): LockedTool {
  const digest = toolDigest({ name, description, inputSchema }, sha256);
  return { description, inputSchema: JSON.parse(canonicalJson(inputSchema)) as object, digest };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
