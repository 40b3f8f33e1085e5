import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { smallProcesses } from './local-processes';

const processes = smallProcesses();
afterAll(() => processes.remove());

/** Starts a process as the command does, which prints its id and would go on for good. */
const COMMAND = `
  const child = "console.log(process.pid); setInterval(() => undefined, 1_000);";
  require('node:child_process').spawn(process.execPath, ['--require', process.argv[1], '-e', child], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });`;

test('a process ends when the command that started it is killed', async () => {
  const preload = join(processes.directory, 'end-with-parent.js');
  const command = spawn(process.execPath, ['-e', COMMAND, preload], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(command, 'close');
  await once(createInterface({ input: command.stdout }), 'line');
  command.kill('SIGKILL');
  // The output that both write to ends with the last of them.
  expect(await closed).toEqual([null, 'SIGKILL']);
});
