import { setTimeout as delay } from 'node:timers/promises';
import { type Scene } from './scene';

/** Something that goes away, stays away for a while and comes back. */
interface Fault {
  readonly name: string;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

/** Takes away one thing after the other, each for up to two seconds, until told to stop; then all is as it was. */
export async function makeTrouble(
  scene: Scene,
  isOver: () => boolean,
): Promise<Readonly<Record<string, number>>> {
  const faults: readonly Fault[] = [
    {
      name: 'tool server dies',
      begin: () => scene.stopServer('flaky'),
      end: () => scene.startServer('flaky'),
    },
    { name: 'sub-agent hangs', begin: () => scene.hangWorker(true), end: () => scene.hangWorker(false) },
    { name: 'collector disappears', begin: () => scene.stopCollector(), end: () => scene.startCollector() },
    { name: 'Redis restarts', begin: () => scene.stopRedis(), end: () => scene.startRedis() },
  ];
  const times: Record<string, number> = {};
  // Each has its turn, in an order of chance.
  for (let left = shuffled(faults); !isOver(); left = left.length > 1 ? left.slice(1) : shuffled(faults)) {
    const [fault] = left;
    if (!fault) break;
    times[fault.name] = (times[fault.name] ?? 0) + 1;
    await fault.begin();
    await delay(300 + Math.random() * 1_700);
    await fault.end();
  }
  return times;
}

function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map((each) => ({ each, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}
