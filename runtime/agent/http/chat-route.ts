import { context } from '@opentelemetry/api';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { type AgentConfig, CHAT_PATH, SESSION_HEADER } from '../../contract';
import { type ConcurrencyLimit } from '../../process/concurrency-limit';
import { errorReply } from '../../process/http-errors';
import { callerContext } from '../../telemetry/trace-context';
import { type Answerer } from '../answer';
import { Budget, narrower, smaller } from '../budget';
import { completion, completionHead } from './chat-completion';
import { ChatStream } from './chat-stream';
import { checkChain } from '../delegation/delegation-chain';
import { delegationFromHeaders, usedToHeaders } from '../delegation/delegation-headers';
import { type LoopListener } from '../listener';
import { remembers } from '../memory/open-memory';
import { Recorder } from '../memory/recorder';
import { Sessions } from '../memory/sessions';
import { type ChatRequest, parseChatRequest, parseSessionId } from './request';
import { abortedWith } from '../request-scope';

/** Chat completions, in the format of OpenAI. */
export function addChatRoute(
  server: FastifyInstance,
  config: AgentConfig,
  answer: Answerer,
  { limit, log }: { readonly limit: ConcurrencyLimit; readonly log: Logger },
): void {
  const { name, requestTimeoutMs, streamHeartbeatMs: heartbeatMs } = config;
  server.post(
    CHAT_PATH,
    {
      onRequest: [
        (_request, reply, done) => {
          limit.enter(reply.raw);
          limit.begin();
          done();
        },
        // A callback hook: what an async one makes active is gone when the handler runs.
        (request, _reply, done) => context.with(callerContext(request.headers), done),
      ],
    },
    async (request, reply) => {
      const { timeoutMs, left, ...delegation } = delegationFromHeaders(request.headers);
      checkChain(delegation, config);
      const chat = readChat(request);
      const session = chat.session ?? (remembers(config) ? Sessions.newId() : undefined);
      if (session !== undefined) reply.header(SESSION_HEADER, session);
      const time = abortedWith(reply.raw, smaller(timeoutMs, requestTimeoutMs));
      const budget = new Budget(narrower(config, left));
      const scope = { ...time, ...delegation, budget, recorder: new Recorder() };
      const ask = (listener: LoopListener) =>
        answer({ ...chat, session }, { ...scope, listener }, (headers) => reply.headers(headers));
      const head = completionHead(name, chat);
      if (!chat.stream) {
        try {
          return completion(head, await ask({}));
        } finally {
          if (delegation.ancestors.length > 0) reply.headers(usedToHeaders(budget.used));
        }
      }
      const { includeUsage } = chat;
      const stream = new ChatStream(reply, { head, includeUsage, heartbeatMs, signal: scope.signal });
      return streamed(stream, reply, log, () => ask(stream));
    },
  );
}

/** The session may be named in the body or, by clients that cannot add to it, in a header. */
function readChat({ body, headers }: FastifyRequest): ChatRequest {
  const chat = parseChatRequest(body);
  const header = headers[SESSION_HEADER];
  if (chat.session !== undefined || header === undefined || header === '') return chat;
  return { ...chat, session: parseSessionId(String(header), `header ${SESSION_HEADER}`) };
}

/** Once a streamed reply has begun, what goes wrong is the last that it says. */
async function streamed(
  stream: ChatStream,
  reply: FastifyReply,
  log: Logger,
  work: () => Promise<unknown>,
): Promise<FastifyReply> {
  try {
    await work();
  } catch (error) {
    stream.stop();
    if (!stream.hasBegun) throw error;
    stream.fail(errorReply(error, log, reply.request.id).body);
  }
  return reply;
}
