import { InterruptedError, UserError } from './errors';

/** An agent that listens here. */
export interface Asked {
  readonly url: string;
  /** What it asks its callers for; undefined when it asks for nothing. */
  readonly key?: string | undefined;
}

/** What came back, read to its end. */
export interface Reply {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Headers of a request to an agent whose body is JSON. */
export function jsonHeaders({ key }: Asked): Record<string, string> {
  return {
    'content-type': 'application/json',
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
}

/** The trace that an agent says its answer made; null when it runs without telemetry. */
export function traceIdIn(headers: Headers): string | null {
  return headers.get('traceresponse')?.split('-')[1] ?? null;
}

/** @throws UserError when there is no answer at all */
export async function post(
  agent: Asked,
  path: string,
  body: string,
  { signal, headers = {} }: { signal?: AbortSignal; headers?: Readonly<Record<string, string>> } = {},
): Promise<Reply> {
  const { url } = agent;
  try {
    const reply = await fetch(url + path, {
      method: 'POST',
      headers: { ...jsonHeaders(agent), ...headers },
      body,
      ...(signal ? { signal } : {}),
    });
    return { ok: reply.ok, status: reply.status, headers: reply.headers, text: await reply.text() };
  } catch (cause) {
    if (signal?.aborted) throw new InterruptedError('stopped before the agent had answered', { cause });
    if (isTimeout(cause))
      throw new UserError(`the agent at ${url} did not answer within 5 minutes`, { cause });
    throw new UserError(`the agent at ${url} ended before it had answered`, { cause });
  }
}

/** The fetch that Node has gives up by itself. */
function isTimeout(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code === 'UND_ERR_HEADERS_TIMEOUT';
}
