import { CHAT_PATH } from '../../runtime/contract';
import { NO_SECRET } from './needed-secrets';
import { type Asked, post, traceIdIn } from './post';

/** What came of a question. */
export interface Outcome {
  readonly status: 'ok' | 'error';
  /** The agent's answer; on an error, what went wrong. */
  readonly answer: string;
  /** Null when the agent runs without telemetry. */
  readonly traceId: string | null;
  readonly durationMs: number;
}

/**
 * Asks an agent one question. An answer that is an error is an outcome, not an exception.
 *
 * @throws UserError when there is no answer at all
 */
export async function ask(agent: Asked, message: string, signal: AbortSignal): Promise<Outcome> {
  const startedAt = performance.now();
  const { ok, status, headers, text } = await post(agent, CHAT_PATH, chatBody(message), { signal });
  return {
    ...(ok ? answerOf(text) : { status: 'error', answer: `${status}: ${errorOf(text)}` }),
    traceId: traceIdIn(headers),
    durationMs: performance.now() - startedAt,
  };
}

/** The same question for a shell, which has to know a key that is real. */
export function curlLine({ url, key }: Asked, message: string): string {
  const body = chatBody(message).replaceAll("'", "'\\''");
  const shown = key === NO_SECRET ? key : '$AGENT_API_KEY';
  const headers = [
    `-H 'content-type: application/json'`,
    ...(key === undefined ? [] : [`-H "authorization: Bearer ${shown}"`]),
  ];
  return `curl -s ${url}${CHAT_PATH} ${headers.join(' ')} -d '${body}'`;
}

function chatBody(message: string): string {
  return JSON.stringify({ messages: [{ role: 'user', content: message }] });
}

function answerOf(text: string): Pick<Outcome, 'status' | 'answer'> {
  const { choices } = JSON.parse(text) as { choices: [{ message: { content: string } }] };
  return { status: 'ok', answer: choices[0].message.content };
}

function errorOf(text: string): string {
  try {
    return (JSON.parse(text) as { error: { message: string } }).error.message;
  } catch {
    return text.slice(0, 500);
  }
}
