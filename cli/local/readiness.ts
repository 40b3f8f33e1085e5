import { connect } from 'node:net';
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
  let answer: Answer = { isReady: false, reasons: '' };
  while (performance.now() - startedAt < LIMIT_MS) {
    answer = await Promise.race([askReady(readinessUrl), ended]);
    if (answer.isReady) return performance.now() - startedAt;
    await Promise.race([delay(POLL_MS), ended]);
  }
  throw new UserError(
    `${title} was not ready within ${LIMIT_MS / 1000} s${answer.reasons}:\n${lastWords(running)}`,
  );
}

interface Answer {
  readonly isReady: boolean;
  /** What it waits for, as far as it says so. */
  readonly reasons: string;
}

async function askReady(url: string): Promise<Answer> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol === 'tcp:') return { isReady: await takesConnections(hostname, Number(port)), reasons: '' };
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    const text = await reply.text();
    return { isReady: reply.status === 200, reasons: reply.status === 200 ? '' : reasonsIn(text) };
  } catch {
    return { isReady: false, reasons: '' };
  }
}

function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const settle = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
  });
}

/** Our own processes say what they wait for, and what else is wrong. */
function reasonsIn(text: string): string {
  const { reasons = [] } = readBody(text);
  return reasons.length > 0 ? `, ${reasons.join(', ')}` : '';
}

function readBody(text: string): { reasons?: string[] } {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {}; // not one of ours
  }
}

function lastWords({ output }: RunningProcess): string {
  const text = output || '(it printed nothing)';
  return text.replace(/^/gm, '  ');
}
