import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { smallProcesses } from './local-processes';

const processes = smallProcesses();
afterAll(() => processes.remove());

/** Starts a process as the command does, which prints its id and would go on for good. */
const COMMAND = `
  const [preload, ...program] = process.argv.slice(1);
  const code = "console.log(process.pid); setInterval(() => undefined, 1_000);";
  const args = ['--require', preload, ...program, '-e', code];
  require('node:child_process').spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });`;

test.each([
  ['a process', []],
  ['a program that is none of ours', [join(processes.directory, 'run-program.js'), process.execPath]],
])('%s ends when the command that started it is killed', async (_, program) => {
  const preload = join(processes.directory, 'end-with-parent.js');
  const command = spawn(process.execPath, ['-e', COMMAND, preload, ...program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(command, 'close');
  await once(createInterface({ input: command.stdout }), 'line');
  command.kill('SIGKILL');
  // The output that both write to ends with the last of them.
  expect(await closed).toEqual([null, 'SIGKILL']);
});
