import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeExit, RunningProcess } from '../../../cli/local/process';
import { signalled } from '../../support/http';
import { smallProcesses } from './local-processes';

const processes = smallProcesses();
const running: RunningProcess[] = [];

afterEach(() => Promise.all(running.splice(0).map((one) => one.stop(0))));
afterAll(() => processes.remove());

/** Starts a script and settles with the first line that it prints. */
async function start(script: string, env: Record<string, string> = {}) {
  const file = join(processes.directory, 'script.js');
  writeFileSync(file, script);
  const printed = signalled<string>();
  const command = [process.execPath, '--require', join(processes.directory, 'end-with-parent.js'), file];
  const kind = { note: undefined, isForeign: false };
  const plan = { title: 'script', command, env, readinessUrl: 'http://127.0.0.1:1', ...kind };
  const started = new RunningProcess(plan, printed.happen);
  running.push(started);
  return { process: started, line: await printed.happened };
}

/** Prints the port that it listens on, and goes on for good. */
const LISTENING = `
  const server = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));`;

const isOpen = (port: string) =>
  fetch(`http://127.0.0.1:${port}`, { signal: AbortSignal.timeout(100) }).then(
    () => true,
    (error: Error) => error.name === 'TimeoutError',
  );

test('has the environment that it is given, and of this machine’s only the PATH', async () => {
  const { line } = await start('console.log(JSON.stringify(process.env))', { GIVEN: 'a' });
  expect(JSON.parse(line)).toEqual({
    GIVEN: 'a',
    PATH: process.env.PATH,
  });
});

test('tells how it ended, and what it printed last', async () => {
  const script = 'for (let i = 1; i <= 30; i++) console.log(i); process.exitCode = 4;';
  const { process: ended } = await start(script);
  expect(await ended.exited).toEqual({ code: 4, signal: null });
  expect(ended.output.split('\n')).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 11)));
});

test('ends when it is asked to, and is ended when it does not', async () => {
  const willing = await start(`${LISTENING} process.on('SIGTERM', () => process.exit(7));`);
  expect(await willing.process.stop(60_000)).toEqual({ code: 7, signal: null });
  const unwilling = await start(`${LISTENING} process.on('SIGTERM', () => undefined);`);
  expect(await unwilling.process.stop(10)).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await unwilling.process.stop(60_000)).toEqual({ code: null, signal: 'SIGKILL' });
});

test('takes with it what it has started, even if that would go on', async () => {
  const child = JSON.stringify(`${LISTENING} process.on('SIGTERM', () => undefined);`);
  const { process: parent, line: port } = await start(
    `require('node:child_process').spawn(process.execPath, ['-e', ${child}], { stdio: 'inherit' });`,
  );
  expect(await isOpen(port)).toBe(true);
  await parent.stop(60_000);
  expect(await isOpen(port)).toBe(false);
});

test.each([
  [{ code: 3, signal: null }, 'exited with code 3'],
  [{ code: 0, signal: null }, 'exited with code 0'],
  [{ code: null, signal: 'SIGKILL' as const }, 'was ended by SIGKILL'],
  [{ code: null, signal: null }, 'could not be started'],
])('%j reads as "%s"', (exit, text) => {
  expect(describeExit(exit)).toBe(text);
});
