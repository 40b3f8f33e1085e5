import { context } from '@opentelemetry/api';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { type AgentConfig, CHAT_PATH, SESSION_HEADER } from '../contract';
import { DelegationDepthError } from '../process/errors';
import { incomingContext } from '../telemetry/trace-context';
import { type Answerer } from './answer';
import { delegationFromHeaders } from './delegation-headers';
import { type LoopResult } from './loop';
import { remembers } from './memory/open-memory';
import { Recorder } from './memory/recorder';
import { Sessions } from './memory/sessions';
import { type ChatRequest, parseChatRequest, parseSessionId } from './request';
import { abortedWith } from './request-scope';

/** Chat completions, in the format of OpenAI. */
export function addChatRoute(server: FastifyInstance, config: AgentConfig, answer: Answerer): void {
  const { name, requestTimeoutMs, maxDelegationDepth } = config;
  server.post(
    CHAT_PATH,
    {
      // A callback hook: what an async one makes active is gone when the handler runs.
      onRequest: (request, _reply, done) => context.with(incomingContext(request.headers), done),
    },
    async (request, reply) => {
      const { ancestors, timeoutMs } = delegationFromHeaders(request.headers);
      if (ancestors.length > maxDelegationDepth)
        throw new DelegationDepthError(maxDelegationDepth, [...ancestors, name]);
      const chat = readChat(request);
      const session = chat.session ?? (remembers(config) ? Sessions.newId() : undefined);
      if (session !== undefined) reply.header(SESSION_HEADER, session);
      const time = abortedWith(reply.raw, smaller(timeoutMs, requestTimeoutMs));
      const scope = { ...time, ancestors, recorder: new Recorder() };
      const result = await answer({ ...chat, session }, scope, (headers) => reply.headers(headers));
      return completion(name, chat, result);
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

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

function completion(
  agent: string,
  { model, session }: ChatRequest,
  { content, finishReason, usage }: LoopResult,
) {
  return {
    id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: model ?? agent,
    // For who asked for a session; for all others a reply is exactly OpenAI's.
    ...(session === undefined ? {} : { session_id: session }),
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
