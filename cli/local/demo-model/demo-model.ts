import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { CHAT_PATH, HEALTH_PATH } from '../../../runtime/contract';
import { answerErrorsAsOpenAI } from '../gateway/openai-error';
import { readChatRequest } from './chat-request';
import { chunksOf, completionOf, type Numbered } from './completion';
import { nextReply } from './next-reply';

/** The one model that `GET /v1/models` lists; chat requests may name any. */
export const DEMO_MODEL = 'demo';

/**
 * A server, not yet listening, that answers any OpenAI-compatible chat request without a model: it calls every
 * tool that it is offered once and sums up what they return. Its words depend on its input alone.
 */
export function buildDemoModel(): FastifyInstance {
  const app = Fastify({ bodyLimit: MAX_REQUEST_BYTES });
  answerErrorsAsOpenAI(app);
  let completions = 0;

  app.post(CHAT_PATH, async (request, reply) => {
    const chat = readChatRequest(request.body);
    completions += 1;
    const numbered = { request: chat, reply: nextReply(chat), number: completions };
    if (!chat.stream) return completionOf(numbered);
    return reply.type('text/event-stream; charset=utf-8').send(Readable.from(eventsOf(numbered)));
  });
  app.get('/v1/models', async () => ({
    object: 'list',
    data: [{ id: DEMO_MODEL, object: 'model', created: 0, owned_by: 'kaos' }],
  }));
  app.get(HEALTH_PATH, async () => ({ status: 'healthy' }));
  return app;
}

const MAX_REQUEST_BYTES = 32 * 1024 * 1024;

function* eventsOf(numbered: Numbered) {
  for (const chunk of chunksOf(numbered)) yield `data: ${JSON.stringify(chunk)}\n\n`;
  yield 'data: [DONE]\n\n';
}
