import { type FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { EventEmitter, setMaxListeners } from 'node:events';
import { ReadableStream } from 'node:stream/web';
import { type HttpClient } from '../../process/http-client';
import { outgoingContext } from '../../telemetry/trace-context';
import { type MCPCredentials } from './mcp-credentials';

/**
 * The HTTP of an MCP client: our connections and the active trace context on each message.
 *
 * The transport hands one signal to all its requests, and fetch leaves a listener on it for each of them until
 * they are collected; so each request gets a signal of its own, which lets go of the parent when it is done.
 *
 * @param credentials by which the server knows the agent, read for each message
 * @param callSignal signal of the call that a message is part of: a caller who gives up ends the request, which
 *   is all that a server without sessions can notice
 */
export function mcpFetch(
  http: HttpClient,
  timeoutMs: number,
  credentials: MCPCredentials,
  callSignal: (sent: string) => AbortSignal | undefined,
): FetchLike {
  return async (url, init = {}) => {
    const headers = { ...plain(init.headers), ...(credentials.areNone ? {} : await credentials.headers()) };
    // They are for that server alone, and fetch would show them to whomever it refers to.
    if (init.method !== 'POST') return fetch(url, { ...init, headers, redirect: 'error' });
    const body = String(init.body);
    const parents = [init.signal, callSignal(body)].filter((signal) => signal instanceof AbortSignal);
    for (const parent of parents) parent.throwIfAborted();
    // An emitter aborts as well as a signal does, and costs a tenth.
    const own = new EventEmitter();
    // More than ten messages at a time are no leak.
    setMaxListeners(0, ...parents);
    const abort = () => void own.emit('abort');
    const release = () => parents.forEach((parent) => parent.removeEventListener('abort', abort));
    parents.forEach((parent) => parent.addEventListener('abort', abort));
    try {
      const reply = await http.request(url, {
        method: 'POST',
        headers: { ...headers, ...outgoingContext() },
        body,
        signal: own,
        timeoutMs,
      });
      const replied = new Headers(reply.headers as Record<string, string>);
      if (replied.get('content-type')?.startsWith('text/event-stream')) {
        reply.body.once('close', release);
        // `Readable.toWeb` may close it a second time when it is cancelled, which nobody can catch.
        return new Response(ReadableStream.from<Uint8Array>(reply.body), {
          status: reply.statusCode,
          headers: replied,
        });
      }
      const text = await reply.body.text();
      release();
      if (reply.statusCode === 200) return lightResponse(replied, text);
      return new Response(text === '' ? null : text, { status: reply.statusCode, headers: replied });
    } catch (error) {
      release();
      throw error;
    }
  };
}

function plain(headers: RequestInit['headers']): Record<string, string> {
  return Object.fromEntries(headers instanceof Headers ? headers : new Headers(headers));
}

/** What the transport reads of a reply that is here; a `Response` would send it through a stream once more. */
function lightResponse(headers: Headers, text: string): Response {
  const json = () => new Promise((resolve) => resolve(JSON.parse(text)));
  const light = { ok: true, status: 200, headers, body: null, text: () => Promise.resolve(text), json };
  return light as unknown as Response; // the rest of it the transport never asks for
}
