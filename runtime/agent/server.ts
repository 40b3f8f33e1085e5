import { context } from '@opentelemetry/api';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { type Logger } from 'pino';
import { type AgentConfig, CARD_PATH, CHAT_PATH, HEALTH_PATH, READY_PATH } from '../contract';
import { type Dependencies } from '../process/dependencies';
import { replyWithError, replyWithNotFound } from '../process/http-errors';
import { incomingContext } from '../telemetry/trace-context';
import { type Answerer } from './answer';
import { buildAgentCard } from './card';
import { type LoopResult } from './loop';
import { type ChatRequest, parseChatRequest } from './request';

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

/** The HTTP side of an agent: chat completions, its card, probes. */
export function buildAgentServer(parts: {
  readonly config: AgentConfig;
  readonly answer: Answerer;
  readonly dependencies: Dependencies;
  readonly log: Logger;
}): FastifyInstance {
  const { config, answer, dependencies, log } = parts;
  const { name } = config;
  // Behind a proxy that ends TLS, the card's address is the one that the caller used.
  const server = fastify({ logger: false, trustProxy: true, bodyLimit: BODY_LIMIT_BYTES });
  server.removeContentTypeParser('text/plain');
  server.setErrorHandler(replyWithError(log));
  server.setNotFoundHandler(replyWithNotFound);

  server.get(HEALTH_PATH, () => ({ status: 'healthy', name, timestamp: unixSeconds() }));

  server.get(READY_PATH, (_request, reply) => {
    const status = dependencies.ready ? 'ready' : 'waiting';
    return reply
      .code(dependencies.ready ? 200 : 503)
      .send({ status, name, timestamp: unixSeconds(), dependencies: dependencies.states });
  });

  const card = (request: FastifyRequest) => buildAgentCard(config, `${request.protocol}://${request.host}`);
  server.get(CARD_PATH, card);
  server.get('/.well-known/agent', card);

  server.post(
    CHAT_PATH,
    {
      // A callback hook: what an async one makes active is gone when the handler runs.
      onRequest: (request, _reply, done) => context.with(incomingContext(request.headers), done),
    },
    async (request, reply) => {
      const chat = parseChatRequest(request.body);
      const result = await answer(chat, abortedWithClient(reply), (headers) => reply.headers(headers));
      return completion(name, chat, result);
    },
  );
  return server;
}

/** A client that hangs up aborts all that was done for it. */
function abortedWithClient(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // Each tool call of the request listens; the ten that Node takes for normal are soon too few.
  setMaxListeners(0, controller.signal);
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

function completion(agent: string, { model }: ChatRequest, { content, finishReason, usage }: LoopResult) {
  return {
    id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
    object: 'chat.completion',
    created: unixSeconds(),
    model: model ?? agent,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    usage: {
      prompt_tokens: usage.inputTokens,
      completion_tokens: usage.outputTokens,
      total_tokens: usage.inputTokens + usage.outputTokens,
    },
  };
}

function unixSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
