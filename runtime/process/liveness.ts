import { type HttpClient } from './http-client';

const TIMEOUT_MS = 2_000;

/**
 * Asks a server whether it lives. Short of a server error, whatever it answers, it does: servers that are not ours
 * may know no such path.
 *
 * @throws whatever is wrong with the connection
 */
export async function isAlive(http: HttpClient, url: string, signal: AbortSignal): Promise<boolean> {
  const reply = await http.request(url, { method: 'GET', signal, timeoutMs: TIMEOUT_MS });
  await reply.body.dump();
  return reply.statusCode < 500;
}
