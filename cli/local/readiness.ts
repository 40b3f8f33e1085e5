import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from './errors';
import { describeExit, type RunningProcess } from './process';

const POLL_MS = 20;
const LIMIT_MS = 60_000;

/**
 * Settles when a process says that it is ready.
 *
 * @returns milliseconds that it took
 * @throws UserError when it ends before, or is not ready in a minute
 */
export async function untilReady(running: RunningProcess): Promise<number> {
  const startedAt = performance.now();
  const { title, readinessUrl } = running.plan;
  const ended = running.exited.then((exit) => {
    throw new UserError(`${title} ${describeExit(exit)}:\n${lastWords(running)}`);
  });
  // Whichever comes first is awaited below; the other may come at any time.
  ended.catch(() => undefined);
  while (performance.now() - startedAt < LIMIT_MS) {
    if (await Promise.race([answersReady(readinessUrl), ended])) return performance.now() - startedAt;
    await Promise.race([delay(POLL_MS), ended]);
  }
  throw new UserError(`${title} was not ready within ${LIMIT_MS / 1000} s:\n${lastWords(running)}`);
}

async function answersReady(url: string): Promise<boolean> {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await reply.arrayBuffer();
    return reply.status === 200;
  } catch {
    return false;
  }
}

function lastWords({ output }: RunningProcess): string {
  const text = output || '(it printed nothing)';
  return text.replace(/^/gm, '  ');
}
