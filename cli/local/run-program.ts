/**
 * Runs a program that is none of ours, given with its arguments, as if it were this process: it ends with the kaos
 * command, as our own do, and this process ends with it.
 */
import { spawn } from 'node:child_process';

/** Between being asked to end and being ended. */
const GRACE_MS = 7_000;

const [program = '', ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: 'inherit' });
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    child.kill(signal);
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  });
}
child.once('error', (error) => {
  process.stderr.write(`${program} cannot be run: ${error.message}\n`);
  process.exit(127);
});
child.once('exit', (code) => process.exit(code ?? 1));
