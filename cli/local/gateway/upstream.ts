import { type Dispatcher } from 'undici';
import { CHAT_PATH } from '../../../runtime/contract';
import { OpenAIError } from './openai-error';
import { type Route } from './route';

export interface UpstreamCall {
  readonly route: Route;
  /** The chat request as it came, with the caller's name for the model. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Base URL, without `/v1`, for entries that name no upstream of their own. */
  readonly demo: string;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
}

/**
 * Asks the upstream. Of the caller's headers none is passed on: neither its key, nor its `traceparent`, which
 * would make a provider's spans part of this trace.
 * @throws OpenAIError when the upstream cannot be reached or reports a failure
 */
export async function callUpstream(call: UpstreamCall): Promise<Dispatcher.ResponseData> {
  const { route, body, dispatcher, signal } = call;
  const url = new URL(urlOf(call));
  // The demo model is ours, and a provider's key is nothing to it.
  const key = route.apiBase === undefined ? undefined : route.apiKey;
  try {
    const response = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ ...body, model: route.model }),
      signal,
    });
    if (response.statusCode >= 400) throw await refusal(response, key);
    return response;
  } catch (cause) {
    if (cause instanceof OpenAIError || signal.aborted) throw cause;
    throw unreachable(url, cause);
  }
}

/** Ollama serves OpenAI's API below its root; everybody else states the version in `api_base`. */
function urlOf({ route, demo }: UpstreamCall): string {
  if (route.apiBase === undefined) return demo.replace(/\/+$/, '') + CHAT_PATH;
  if (route.provider === 'ollama' || route.provider === 'ollama_chat') return route.apiBase + CHAT_PATH;
  return `${route.apiBase}/chat/completions`;
}

/** The upstream's own status and error; should it repeat the key, the key is left out. */
async function refusal(response: Dispatcher.ResponseData, key: string | undefined): Promise<OpenAIError> {
  const text = await response.body.text();
  const safe = key ? text.replaceAll(key, '***') : text;
  const { message, type, param, code } = errorIn(safe);
  return new OpenAIError(
    response.statusCode,
    message ?? `the model's upstream answered ${response.statusCode}`,
    {
      ...(type !== undefined && { type }),
      param: param ?? null,
      code: code ?? String(response.statusCode),
    },
  );
}

function errorIn(text: string): { message?: string; type?: string; param?: string; code?: string } {
  const body = parsed(text);
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  if (typeof error === 'string') return { message: error };
  if (typeof error !== 'object' || error === null) return {};
  const fields = Object.entries(error).filter(
    ([, value]) => typeof value === 'string' || typeof value === 'number',
  );
  return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy's HTML page: the status alone is passed on
  }
}

/** Host and port help the reader; path and query of an `api_base` may hold a secret. */
function unreachable(url: URL, cause: unknown): OpenAIError {
  const code = (cause as { code?: string }).code ?? 'no answer';
  const isTimeout = code.includes('TIMEOUT');
  const message = `the model's upstream at ${url.host} ${isTimeout ? 'did not answer in time' : `cannot be reached: ${code}`}`;
  return new OpenAIError(isTimeout ? 504 : 502, message, { type: 'api_connection_error', code }, { cause });
}
