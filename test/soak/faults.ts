import { setTimeout as delay } from 'node:timers/promises';
import { type Scene } from './scene';

/** Something that goes away, stays away for a while and comes back. */
interface Fault {
  readonly name: string;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

/** From when to when something was away, on this process's clock. */
export interface FaultWindow {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Takes away one thing after the other, each for up to two seconds, until told to stop; then all is as it was. */
export async function makeTrouble(scene: Scene, isOver: () => boolean): Promise<readonly FaultWindow[]> {
  const faults: readonly Fault[] = [
    {
      name: 'tool server dies',
      begin: () => scene.stopServer('flaky'),
      end: () => scene.startServer('flaky'),
    },
    { name: 'sub-agent hangs', begin: () => scene.hangWorker(true), end: () => scene.hangWorker(false) },
    { name: 'connections break', begin: () => scene.cutWires(), end: () => scene.mendWires() },
    { name: 'collector disappears', begin: () => scene.stopCollector(), end: () => scene.startCollector() },
    { name: 'Redis restarts', begin: () => scene.stopRedis(), end: () => scene.startRedis() },
  ];
  const windows: FaultWindow[] = [];
  // Each has its turn, in an order of chance.
  for (let left = shuffled(faults); !isOver(); left = left.length > 1 ? left.slice(1) : shuffled(faults)) {
    const [fault] = left;
    if (!fault) break;
    const from = performance.now();
    await fault.begin();
    await delay(300 + Math.random() * 1_700);
    await fault.end();
    windows.push({ name: fault.name, from, to: performance.now() });
  }
  return windows;
}

function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map((each) => ({ each, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}
