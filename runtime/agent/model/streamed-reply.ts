import { z } from 'zod';
import { ModelError } from '../../process/errors';
import { type Usage } from './chat';
import { type ModelReply } from './model';
import { repeatableFailure, repeatableStatus } from './repeatable';
import {
  callId,
  notACompletion,
  packedArguments,
  reasoningFields,
  reasoningIn,
  replyOf,
  textOrParts,
  toolCallOf,
  usageCounts,
  usageOf,
} from './model-reply';

/** Puts a model's reply together from the chunks of its stream. */
export class StreamedReply {
  private id: string | undefined;
  private model: string | undefined;
  private content: string | null = null;
  private refusal = '';
  private reasoning = '';
  private readonly calls: PartialCall[] = [];
  private finishReason: string | undefined;
  private usage: Usage | undefined;

  /**
   * @returns what the chunk adds
   * @throws ModelError when it is no chunk, or says what went wrong
   */
  add(data: string): { readonly text: string; readonly reasoning: string } {
    const { choices, ...head } = parseChunk(data);
    this.id ??= head.id ?? undefined;
    this.model ??= head.model ?? undefined;
    this.usage = usageOf(head.usage) ?? this.usage;
    const choice = choices?.[0];
    if (!choice) return { text: '', reasoning: '' };
    this.finishReason = choice.finish_reason ?? this.finishReason;
    for (const part of choice.delta?.tool_calls ?? []) this.addToCall(part);
    this.refusal += choice.delta?.refusal ?? '';
    const reasoning = reasoningIn(choice.delta);
    this.reasoning += reasoning;
    const text = choice.delta?.content ?? '';
    if (typeof choice.delta?.content === 'string') this.content = (this.content ?? '') + text;
    return { text, reasoning };
  }

  /**
   * @param ended whether the stream said that it ends
   * @throws ModelError when what came so far is but a part
   */
  finish(ended: boolean): ModelReply {
    if (!ended && this.finishReason === undefined) throw brokeOff();
    const { id, model, usage, content, refusal, reasoning } = this;
    const calls = this.calls.map((call) => toolCallOf(call.id, call.name, call.arguments));
    return { id, model, ...replyOf({ content, refusal, calls, reasoning }, this.finishReason), usage };
  }

  /** Some gateways number all calls alike, and tell them apart by their ids alone. */
  private addToCall({ index, id, function: part }: z.output<typeof callPart>): void {
    const known = this.calls.findLast((call) => index == null || call.index === index);
    const isSame = known !== undefined && (!id || id === known.id);
    const call = isSame ? known : newCall(index ?? this.calls.length, id);
    if (!isSame) this.calls.push(call);
    if (call.name === '') call.name = part?.name ?? '';
    call.arguments += part?.arguments ?? '';
  }
}

export function brokeOff(cause?: unknown): ModelError {
  const problem = 'the model gateway broke off in the middle of its reply';
  return new ModelError(problem, { cause, repeatable: repeatableFailure(cause) });
}

interface PartialCall {
  readonly index: number;
  readonly id: string;
  name: string;
  arguments: string;
}

function newCall(index: number, id: string | null | undefined): PartialCall {
  return { index, id: callId(id), name: '', arguments: '' };
}

function parseChunk(data: string): z.output<typeof chunk> {
  const parsed = chunk.safeParse(parseJson(data));
  if (!parsed.success) throw notACompletion(parsed.error);
  if (parsed.data.error == null) return parsed.data;
  // What a gateway says of a failure is for the log, neither for the caller nor for the trace.
  const cause = new Error(data.slice(0, 300));
  const status = Number(Object(parsed.data.error).code);
  const repeatable = status >= 400 && !repeatableStatus(status) ? undefined : {};
  throw new ModelError('the model gateway failed in the middle of its reply', { cause, repeatable });
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (error) {
    throw notACompletion(error);
  }
}

const callPart = z.object({
  index: z.number().nullish(),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: packedArguments.nullish() }).nullish(),
});

const delta = z.object({
  ...reasoningFields,
  content: textOrParts.nullish(),
  refusal: z.string().nullish(),
  tool_calls: z.array(callPart).nullish(),
});

const chunk = z
  .object({
    id: z.string().nullish(),
    model: z.string().nullish(),
    choices: z.array(z.object({ finish_reason: z.string().nullish(), delta: delta.nullish() })).nullish(),
    usage: usageCounts,
    error: z.unknown().optional(),
  })
  // Something that is neither is no chunk.
  .refine(({ choices, usage, error }) => choices ?? usage ?? error);
