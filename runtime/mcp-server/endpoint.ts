import {
  createMcpHandler,
  isLegacyRequest,
  type JSONRPCMessage,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { type ReadableStream } from 'node:stream/web';
import { MCP_PATH } from '../contract';
import { type Callers } from './callers';
import { buildProtocolServer, type ProtocolParts } from './protocol';
import { type RunnableTool } from './run-tool';
import { jsonRpcError } from './protocol-errors';
import { answerMessages } from './session-era';

/** What an endpoint is put together from. */
export interface EndpointParts extends ProtocolParts {
  /** Who is let in, and to which tools; undefined lets everybody call all. */
  readonly callers?: Callers | undefined;
}

/** As many as the official SDK takes. */
const MAX_BATCH = 100;
/** Whoever reads an answer reads some of it within it; else it is kept for nobody. */
const READ_MS = 60_000;

/**
 * Answers what is posted to the MCP endpoint. Each request says by itself which protocol it speaks: that of
 * 2026-07-28, or an older one that begins with `initialize`. Neither is given a session, so that a restart or a second
 * replica loses nothing, and a client that shows the session of another process is answered all the same.
 */
export function mcpEndpoint({ callers, ...parts }: EndpointParts, readMs = READ_MS) {
  const onerror = (error: Error) => parts.log.debug({ err: error }, 'MCP message refused');
  const current = (usable: ProtocolParts) =>
    createMcpHandler(() => buildProtocolServer(usable), { legacy: 'reject', onerror });
  const forAll = current(parts);

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const asked = webRequest(request, gone.signal);
    const body = request.body;
    const tools: ReadonlyMap<string, RunnableTool> = callers?.toolsFor(request, parts.tools) ?? parts.tools;
    const usable = { ...parts, tools };
    const handler = tools === parts.tools ? forAll : current(usable);
    const answer = (await isLegacyRequest(asked, body))
      ? await answerSessionEra(usable, body as JSONRPCMessage | JSONRPCMessage[], asked)
      : await handler.fetch(asked, { parsedBody: body });
    reply.raw.setTimeout(readMs);
    return answer instanceof Response ? sendResponse(reply, answer) : sendMessages(reply, answer);
  };
}

/** A status alone, or one with messages. */
interface Messages {
  readonly status: number;
  readonly content?: JSONRPCMessage | readonly JSONRPCMessage[];
}

async function answerSessionEra(
  parts: ProtocolParts,
  body: JSONRPCMessage | JSONRPCMessage[],
  request: Request,
): Promise<Messages> {
  const messages = Array.isArray(body) ? body : [body];
  const version = request.headers.get('mcp-protocol-version');
  const problem = refusal(messages, version);
  if (problem !== undefined) return { status: 400, content: jsonRpcError(-32000, problem) };
  const answers = await answerMessages(buildProtocolServer(parts), messages, request);
  if (answers.length === 0) return { status: 202 };
  return { status: 200, content: Array.isArray(body) ? answers : answers[0] };
}

function refusal(messages: readonly JSONRPCMessage[], version: string | null): string | undefined {
  if (!messages.every(isObject)) return 'Bad Request: the body is no JSON-RPC message';
  if (messages.length > MAX_BATCH)
    return `Bad Request: a batch of ${messages.length} messages; send ${MAX_BATCH} at most`;
  const isFirst = messages.some((message) => 'method' in message && message.method === 'initialize');
  if (version === null || isFirst || SUPPORTED_PROTOCOL_VERSIONS.includes(version)) return undefined;
  const known = SUPPORTED_PROTOCOL_VERSIONS.join(', ');
  return `Bad Request: Unsupported protocol version (supported versions: ${known})`;
}

function webRequest({ headers }: FastifyRequest, signal: AbortSignal): Request {
  const init = { method: 'POST', headers: headers as Record<string, string>, signal };
  // Nothing reads the address; what callers say is no part of it.
  return new Request(`http://localhost${MCP_PATH}`, init);
}

function sendMessages(reply: FastifyReply, { status, content }: Messages): FastifyReply {
  return content === undefined ? reply.code(status).send() : reply.code(status).send(content);
}

async function sendResponse(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  void reply.code(response.status).headers(Object.fromEntries(response.headers));
  if (response.body === null) return reply.send();
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  return reply.send(isStream ? Readable.fromWeb(response.body as ReadableStream) : await response.text());
}

/** What is in a body, anybody decides; a request without one has nothing in it. */
function isObject(message: unknown): boolean {
  return typeof message === 'object' && message !== null;
}
