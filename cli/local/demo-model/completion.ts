import { type ChatRequest } from './chat-request';
import { type Reply } from './next-reply';

/** Numbers the completions of one server, so that ids are distinct and yet always the same. */
export interface Numbered {
  readonly request: ChatRequest;
  readonly reply: Reply;
  readonly number: number;
}

/** The reply as one chat completion object. */
export function completionOf(numbered: Numbered) {
  return {
    ...headOf(numbered, 'chat.completion'),
    choices: [
      { index: 0, message: messageOf(numbered), logprobs: null, finish_reason: finishReason(numbered) },
    ],
    usage: usageOf(numbered),
  };
}

/** The reply as the chunks of a stream. */
export function* chunksOf(numbered: Numbered) {
  const { request, reply } = numbered;
  const usage = request.includeUsage ? { usage: null } : {};
  const chunk = (delta: object, finish_reason: string | null = null) => {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason }];
    return { ...headOf(numbered, 'chat.completion.chunk'), choices, ...usage };
  };
  yield chunk({ role: 'assistant', content: reply.kind === 'answer' ? '' : null });
  if (reply.kind === 'answer') for (const word of pieces(reply.text)) yield chunk({ content: word });
  for (const [index, call] of callsOf(numbered).entries()) {
    const { arguments: json, name } = call.function;
    yield chunk({ tool_calls: [{ index, id: call.id, type: call.type, function: { name, arguments: '' } }] });
    for (const piece of pieces(json))
      yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] });
  }
  yield chunk({}, finishReason(numbered));
  if (!request.includeUsage) return;
  yield { ...headOf(numbered, 'chat.completion.chunk'), choices: [], usage: usageOf(numbered) };
}

function headOf({ request, number }: Numbered, object: string) {
  return { id: `chatcmpl-demo-${number}`, object, created: CREATED, model: request.model };
}

/** The demo model has no clock: the same requests in the same order give the same bytes. */
const CREATED = 1_767_225_600;

function messageOf(numbered: Numbered) {
  const { reply } = numbered;
  return reply.kind === 'answer'
    ? { role: 'assistant', content: reply.text, refusal: null }
    : { role: 'assistant', content: null, refusal: null, tool_calls: callsOf(numbered) };
}

function callsOf({ reply, number }: Numbered) {
  if (reply.kind === 'answer') return [];
  return reply.calls.map((call, index) => {
    const { name, arguments: json } = call;
    return { id: `call_demo_${number}_${index + 1}`, type: 'function', function: { name, arguments: json } };
  });
}

function finishReason({ reply }: Numbered): string {
  return reply.kind === 'answer' ? 'stop' : 'tool_calls';
}

/**
 * Four characters are a token, rounded up. Given: texts, names and arguments of calls in the messages, and the
 * tools as JSON. Given back: the text, or names and arguments of calls. Ids do not count.
 */
function usageOf({ request, reply }: Numbered) {
  const callText = (calls: readonly { name: string; arguments: string }[]) =>
    calls.map((call) => call.name + call.arguments).join('');
  const asked = request.messages.map(({ text, toolCalls }) => text + callText(toolCalls)).join('');
  const tools = request.tools.length > 0 ? JSON.stringify(request.tools) : '';
  const prompt_tokens = tokensIn(asked + tools);
  const completion_tokens = tokensIn(reply.kind === 'answer' ? reply.text : callText(reply.calls));
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

function tokensIn(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Words with the blanks before them: joined, they are the text again. */
function pieces(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}
