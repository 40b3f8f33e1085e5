import { type ToolCall, type AssistantMessage, type ChatMessage } from '../model/chat';
import { type Used } from '../budget';
import { argumentsOf } from '../memory/record-call';
import { type Tool } from '../tools/tools';

/** A turn of the model's that waits until a person says whether its calls may be carried out. */
export interface SuspendedTurn {
  /** What was said before it, without the agent's instructions. */
  readonly messages: readonly ChatMessage[];
  readonly turn: AssistantMessage;
  /** Ids of the calls that a person decides on; the others of the turn wait with them. */
  readonly waiting: readonly string[];
  /** What the model is told of calls beside it that cannot be carried out. */
  readonly corrections?: readonly string[];
  /** What was used until then, of the limits that hold when it goes on; turns that were kept long ago lack it. */
  readonly spent?: Spent;
}

export interface Spent extends Used {
  /** Of the agent's own loop. */
  readonly ownSteps: number;
}

/** What became of a call that waited: `dropped` is what nobody decided on before saying something else. */
export type Verdict = 'approved' | 'denied' | 'dropped';

/** A suspended turn that was decided on. */
export interface DecidedTurn extends SuspendedTurn {
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** What the user said beside the decision. */
  readonly followedBy: readonly ChatMessage[];
}

/** What a reply says of the calls that wait, as the field `kaos`. */
export interface ApprovalRequest {
  readonly type: 'approval';
  readonly status: 'approval_required';
  readonly session_id: string;
  readonly calls: readonly PendingCall[];
}

export interface PendingCall {
  readonly id: string;
  /** As the model calls it. */
  readonly tool: string;
  readonly arguments: unknown;
}

/** Whether a tool is called only once a person approved. */
export type NeedsApproval = (tool: NamedTool | undefined) => boolean;

/** As much of a tool as it goes by. */
type NamedTool = Pick<Tool, 'name' | 'origin'> & { readonly spec: { readonly name: string } };

/** @param patterns names of tools, or `server/tool`; `*` stands for any text */
export function needsApproval(patterns: readonly string[]): NeedsApproval {
  const expressions = patterns.map((pattern) => ({
    withOrigin: pattern.includes('/'),
    is: expression(pattern),
  }));
  return (tool) => {
    if (!tool) return false;
    const { name, origin, spec } = tool;
    // Where two servers share a name, the model calls the tool by another than its own.
    const names = [name, spec.name];
    return expressions.some(({ withOrigin, is }) =>
      names.some((candidate) => is.test(withOrigin ? `${origin}/${candidate}` : candidate)),
    );
  };
}

/** Those of a suspended turn's calls that a person decides on. */
export function pendingCalls({ turn, waiting }: SuspendedTurn): PendingCall[] {
  return (turn.tool_calls ?? [])
    .filter(({ id }) => waiting.includes(id))
    .map((call) => ({ id: call.id, tool: call.function.name, arguments: argumentsOf(call) }));
}

/** What people read who see no more of a reply than its text. */
export function approvalNotice(turn: SuspendedTurn): string {
  const calls = pendingCalls(turn).map(({ tool, arguments: args }) => `- ${tool} ${JSON.stringify(args)}`);
  return `Waiting for approval:\n${calls.join('\n')}\nAnswer "approve" or "deny".`;
}

/** Whether nobody decided on it: what was said instead is another question. */
export function isDropped({ verdicts }: Pick<DecidedTurn, 'verdicts'>): boolean {
  return [...verdicts.values()].includes('dropped');
}

/** What the model is told of a call that is not carried out; undefined when it may be. */
export function refusalOf(call: ToolCall, decided: DecidedTurn): string | undefined {
  if (isDropped(decided)) return 'not carried out: the user did not decide on it, and said something else';
  return decided.verdicts.get(call.id) === 'denied' ? 'not carried out: the user denied it' : undefined;
}

function expression(pattern: string): RegExp {
  const parts = pattern.split('*').map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
