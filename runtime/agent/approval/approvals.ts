import { z } from 'zod';
import { ApprovalError, InvalidRequestError } from '../../process/errors';
import { type DecidedTurn, type SuspendedTurn, type Verdict } from './approval';
import { type ChatMessage } from '../model/chat';
import { type Sessions } from '../memory/sessions';
import { type ChatRequest } from '../http/request';

/** What a client says of calls that wait, by their ids. */
export type Decisions = Readonly<Record<string, 'approve' | 'deny'>>;

type Decided = Pick<ChatRequest, 'session' | 'messages' | 'isTask' | 'approval'>;

/**
 * Takes up the turn of a session that waits for approval, with what the request says of it: by call in the field
 * `approval`, or of all calls with a message that is nothing but `approve` or `deny`. Anything else that the user says
 * drops the calls. It is taken up once, whatever becomes of the request, so that no call is ever made twice.
 *
 * @throws ApprovalError when nothing waits, InvalidRequestError when the decisions are not of the calls that wait
 */
export async function takeUp(request: Decided, sessions: Sessions): Promise<DecidedTurn | undefined> {
  const { session, approval } = request;
  const state = session === undefined ? undefined : await sessions.resume(session, approval !== undefined);
  if (session === undefined || state === undefined) {
    if (approval !== undefined) throw new ApprovalError();
    return undefined;
  }
  const suspended = JSON.parse(state) as SuspendedTurn; // `suspend` wrote it
  if (approval === undefined) return { ...suspended, ...decidedByText(request, suspended) };
  const problem = problemOf(approval, suspended);
  if (problem === undefined) {
    const verdicts = new Map(Object.entries(approval).map(([id, word]) => [id, VERDICTS[word]]));
    return { ...suspended, verdicts, followedBy: newMessages(request.messages) };
  }
  await sessions.suspend(session, state);
  throw new InvalidRequestError(`approval: ${problem}`, 'approval');
}

const VERDICTS = { approve: 'approved', deny: 'denied' } as const satisfies Record<string, Verdict>;

export const decisions = z.record(
  z.string(),
  z.enum(['approve', 'deny'], { error: 'must be "approve" or "deny"' }),
);

function decidedByText(
  { messages, isTask }: Decided,
  { waiting }: SuspendedTurn,
): Pick<DecidedTurn, 'verdicts' | 'followedBy'> {
  const said = newMessages(messages);
  // A task comes from another agent, and so from a model: it is for people to approve.
  const word = isTask ? undefined : decisionIn(said.at(-1));
  const verdict = word === undefined ? 'dropped' : VERDICTS[word];
  return {
    verdicts: new Map(waiting.map((id) => [id, verdict])),
    followedBy: word === undefined ? said : said.slice(0, -1),
  };
}

function decisionIn(message: ChatMessage | undefined): 'approve' | 'deny' | undefined {
  const { data } = textual.safeParse(message?.content);
  const word = /^\W*(approve|deny)\W*$/i.exec(data ?? '')?.[1]?.toLowerCase();
  return word === 'approve' || word === 'deny' ? word : undefined;
}

const textual = z.union([
  z.string(),
  z.tuple([z.object({ type: z.literal('text'), text: z.string() })]).transform(([{ text }]) => text),
]);

function problemOf(approval: Decisions, { waiting }: SuspendedTurn): string | undefined {
  const unknown = Object.keys(approval).find((id) => !waiting.includes(id));
  if (unknown !== undefined) return `no call "${unknown}" waits for it`;
  const undecided = waiting.find((id) => !Object.hasOwn(approval, id));
  return undecided === undefined ? undefined : `must decide on call "${undecided}" too`;
}

/** What the user said since the assistant last did: all before it the suspended turn knows. */
function newMessages(messages: readonly ChatMessage[]): ChatMessage[] {
  const lastAnswer = messages.findLastIndex(({ role }) => role === 'assistant');
  return messages.slice(lastAnswer + 1).filter(({ role }) => role === 'user');
}
