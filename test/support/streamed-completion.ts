import { type ScriptedEvent, type ScriptedReply } from './scripted-model';

/** What ends a stream. */
export const DONE = 'data: [DONE]\n\n';

/** A chunk of a reply, as OpenAI sends it. */
export function chunk(delta: object, finishReason: string | null = null): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    model: 'gpt-4o-2026',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  };
}

/** The chunk that says what a reply took. */
export function usageChunk(prompt_tokens = 11, completion_tokens = 7): object {
  return { ...chunk({}), choices: [], usage: { prompt_tokens, completion_tokens } };
}

/** A scripted completion in chunks; undefined when it is none. */
export function chunksOf({ status = 200, body }: ScriptedReply): ScriptedEvent[] | undefined {
  const { choices, usage } = Object(body) as { choices?: readonly Choice[]; usage?: object };
  const [choice] = choices ?? [];
  if (status !== 200 || !choice?.message) return undefined;
  const { content, tool_calls: calls = [] } = choice.message;
  return [
    chunk({ role: 'assistant', content: calls.length > 0 ? null : content === null ? null : '' }),
    ...pieces(content ?? '').map((piece) => chunk({ content: piece })),
    ...calls.flatMap(({ function: { name, arguments: args }, ...call }, index) => [
      chunk({ tool_calls: [{ index, ...call, function: { name, arguments: '' } }] }),
      ...pieces(args).map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
    chunk({}, choice.finish_reason),
    ...(usage ? [{ ...chunk({}), choices: [], usage }] : []),
    DONE,
  ];
}

interface Choice {
  readonly finish_reason: string;
  readonly message?: {
    readonly content: string | null;
    readonly tool_calls?: readonly {
      readonly id: string;
      readonly function: { name: string; arguments: string };
    }[];
  };
}

/** Joined, they are the text again. */
function pieces(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}
