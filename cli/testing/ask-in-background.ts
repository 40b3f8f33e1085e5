import { randomBytes, randomUUID } from 'node:crypto';
import { A2A_PATH } from '../../runtime/contract';
import { type Asked, post, type Reply, traceIdIn } from '../local/post';
import { type CallerSpan } from './topology-run';

/** What became of a task that nobody waited for. */
export interface Done {
  readonly answer: string;
  readonly status: 'ok' | 'error';
  readonly traceId: string | null;
  readonly caller: CallerSpan;
}

/**
 * Sends an agent a task, without waiting for it, within a span of somebody else's trace, and hears of its end by the task's
 * own events.
 *
 * @throws UserError when the agent ends meanwhile
 */
export async function askInBackground(agent: Asked, message: string): Promise<Done> {
  const caller = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
  const headers = { 'a2a-version': '1.0', traceparent: `00-${caller.traceId}-${caller.spanId}-01` };
  const call = (method: string, params: object) =>
    post(agent, A2A_PATH, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), { headers });
  const parts = [{ text: message }];
  const reply = await call('SendMessage', {
    message: { messageId: randomUUID(), role: 'ROLE_USER', parts },
    configuration: { returnImmediately: true },
  });
  const traceId = traceIdIn(reply.headers);
  const sent = resultOf<{ task: Task }>(reply);
  if ('problem' in sent) return { answer: sent.problem, status: 'error', traceId, caller };
  let { task } = sent.result;
  while (RUNNING.includes(task.status.state)) {
    // The stream of a task ends with it. Who comes too late for one is told so, and finds what came of it.
    await call('SubscribeToTask', { id: task.id });
    const read = resultOf<Task>(await call('GetTask', { id: task.id }));
    if ('problem' in read) return { answer: read.problem, status: 'error', traceId, caller };
    task = read.result;
  }
  return { ...outcomeOf(task), traceId, caller };
}

const RUNNING: readonly string[] = ['TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING'];

interface Task {
  readonly id: string;
  readonly status: { readonly state: string; readonly message?: Said };
  readonly artifacts?: readonly Said[];
}

interface Said {
  readonly parts: readonly { readonly text?: string }[];
}

function resultOf<Result>({
  ok,
  status,
  text,
}: Reply): { readonly result: Result } | { readonly problem: string } {
  if (!ok) return { problem: `${status}: ${text.slice(0, 500)}` };
  const { result, error } = JSON.parse(text) as { result: Result; error?: { message: string } };
  return error ? { problem: error.message } : { result };
}

function outcomeOf({ status, artifacts = [] }: Task): Pick<Done, 'answer' | 'status'> {
  const lastWords = status.message ? [status.message] : [];
  if (status.state === 'TASK_STATE_COMPLETED') return { answer: textOf(artifacts), status: 'ok' };
  // What waits for approval asks for it, as an answer does to whoever waits.
  const isAsking = status.state === 'TASK_STATE_INPUT_REQUIRED';
  return { answer: textOf(lastWords) || status.state, status: isAsking ? 'ok' : 'error' };
}

function textOf(said: readonly Said[]): string {
  return said.flatMap(({ parts }) => parts.map(({ text = '' }) => text)).join('');
}
