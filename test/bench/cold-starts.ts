import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Figure } from './figures';

const TIMES = 5;

/** Whole commands, each a new process. */
export function measureSynth(): Figure[] {
  const timed = (command: string, args: readonly string[]) =>
    Array.from({ length: TIMES }, () => {
      const startedAt = performance.now();
      const { status } = spawnSync(command, args, { stdio: 'ignore' });
      if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
      return performance.now() - startedAt;
    });
  return [
    { name: 'npm run synth, cold', samples: timed('npm', ['run', 'synth']), aim: '2,000' },
    { name: '  of which the app alone', samples: timed('npx', ['ts-node', '-T', 'apps/main.ts']), aim: '' },
  ];
}

/** `kaos run research`, until the answer is there and until all is stopped. */
export async function measureRun(): Promise<Figure[]> {
  const answers: number[] = [];
  const ends: number[] = [];
  for (let time = 0; time < TIMES; time++) {
    const startedAt = performance.now();
    const child = spawn(
      process.execPath,
      ['lib/bin/kaos.js', 'run', 'research', '--message', 'What is 20 plus 22?', '--json'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (/answered in/.test(line)) answers.push(performance.now() - startedAt);
    });
    await new Promise((resolve) => child.once('close', resolve));
    ends.push(performance.now() - startedAt);
  }
  return [
    { name: 'kaos run research, from start to answer', samples: answers, aim: '5,000' },
    { name: '  to its end, everything stopped and all telemetry in', samples: ends, aim: '' },
  ];
}
