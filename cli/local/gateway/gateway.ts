import { createHash, timingSafeEqual } from 'node:crypto';
import { type IncomingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { Agent } from 'undici';
import { CHAT_PATH, GATEWAY_LIVENESS_PATH, GATEWAY_READINESS_PATH } from '../../../runtime/contract';
import { type GatewayConfig } from './config';
import { answerErrorsAsOpenAI, OpenAIError } from './openai-error';
import { routesFor, type Route } from './route';
import { callUpstream } from './upstream';

/** How a request ended well: what was sent on, and the upstream's status. Failures are thrown. */
export interface Served {
  /** What the caller asked for. */
  readonly model: string;
  /** What the upstream was asked for. */
  readonly upstreamModel: string;
  readonly status: number;
}

/** Wraps the handling of a chat request, from before the upstream is called until its last byte is passed on. */
export type Trace = (
  headers: IncomingHttpHeaders,
  model: string,
  work: () => Promise<Served>,
) => Promise<Served>;

export interface GatewayOptions {
  readonly config: GatewayConfig;
  /** Base URL, without `/v1`, of the model behind entries whose `api_base` is not known. */
  readonly upstream: string;
  /**
   * Wraps each request, for instance in a span.
   * @default - the work is done without wrapping
   */
  readonly trace?: Trace;
}

/** A stand-in for the LiteLLM proxy, not yet listening, that serves the models of its configuration. */
export function buildGateway({ config, upstream, trace = direct }: GatewayOptions): FastifyInstance {
  const app = Fastify({ bodyLimit: MAX_REQUEST_BYTES });
  const dispatcher = new Agent(UPSTREAM_LIMITS);
  app.addHook('onClose', () => dispatcher.destroy());
  answerErrorsAsOpenAI(app);

  app.get(GATEWAY_LIVENESS_PATH, async () => ({ status: 'alive' }));
  app.get(GATEWAY_READINESS_PATH, async () => ({ status: 'healthy' }));
  // Where Ollama is asked whether it is there.
  app.get('/', async () => 'ready');

  for (const path of ['/v1/models', '/models']) {
    app.get(path, async (request) => {
      checkKey(config.masterKey, request.headers.authorization);
      const names = [...new Set(config.models.map(({ name }) => name))];
      const models = names.map((id) => ({ id, object: 'model', created: 0, owned_by: 'kaos' }));
      return { object: 'list', data: models };
    });
  }
  for (const path of [CHAT_PATH, '/chat/completions']) {
    app.post(path, async (request, reply) => {
      checkKey(config.masterKey, request.headers.authorization);
      const { body, model } = readBody(request.body);
      await trace(request.headers, model, async () => {
        const signal = goneSignal(reply);
        const call = (route: Route) => callUpstream({ route, body, demo: upstream, dispatcher, signal });
        const { route, response } = await firstToAnswer(routesOf(config, model), call, signal);
        await passOn(response, reply);
        return { model, upstreamModel: route.model, status: response.statusCode };
      });
    });
  }
  return app;
}

const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
/** The body's limit is the silence between two chunks; models think longer than anything else on this machine. */
const UPSTREAM_LIMITS = {
  connectTimeout: 5_000,
  headersTimeout: 300_000,
  bodyTimeout: 120_000,
  keepAliveTimeout: 10_000,
};

const direct: Trace = (_headers, _model, work) => work();

function readBody(body: unknown): { body: Readonly<Record<string, unknown>>; model: string } {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new OpenAIError(400, 'the body is not a chat request; give a JSON object');
  const { model } = body as { model?: unknown };
  if (typeof model !== 'string' || model === '')
    throw new OpenAIError(400, 'model is missing; give the name of a model', { param: 'model' });
  return { body: body as Readonly<Record<string, unknown>>, model };
}

function routesOf(config: GatewayConfig, model: string): Route[] {
  const routes = routesFor(config, model);
  if (routes.length > 0) return routes;
  const served = [...new Set(config.models.map(({ name }) => name))].join(', ');
  const message = `Invalid model name passed in model=${model}. Models served here: ${served}`;
  throw new OpenAIError(400, message, { param: 'model', code: '400' });
}

/** When all fail, the failure of the model that was asked for is the one to tell. */
async function firstToAnswer<R>(
  routes: readonly Route[],
  call: (route: Route) => Promise<R>,
  signal: AbortSignal,
): Promise<{ route: Route; response: R }> {
  const failures: unknown[] = [];
  for (const route of routes) {
    try {
      return { route, response: await call(route) };
    } catch (error) {
      if (signal.aborted) throw error;
      failures.push(error);
    }
  }
  throw failures[0];
}

/** Hashing first makes the comparison take the same time whatever the lengths are. */
function checkKey(masterKey: string | undefined, authorization: string | undefined): void {
  if (masterKey === undefined) return;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const shown = /^bearer\s+(.*)$/i.exec(authorization ?? '')?.[1] ?? '';
  if (timingSafeEqual(digest(shown), digest(masterKey))) return;
  const problem = shown === '' ? 'no API key was passed in' : 'the API key is not known here';
  throw new OpenAIError(401, `Authentication Error, ${problem}`, { type: 'auth_error', code: '401' });
}

/** Aborts when the caller goes away before its answer is complete. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new OpenAIError(499, 'the caller went away'));
  });
  return controller.signal;
}

/** Each chunk goes out as it comes in, so a stream stays one. */
async function passOn(
  response: Awaited<ReturnType<typeof callUpstream>>,
  reply: FastifyReply,
): Promise<void> {
  reply.hijack();
  const type = response.headers['content-type'] ?? 'application/json';
  reply.raw.writeHead(response.statusCode, { 'content-type': type, 'cache-control': 'no-cache' });
  reply.raw.flushHeaders();
  await pipeline(response.body, reply.raw);
}
