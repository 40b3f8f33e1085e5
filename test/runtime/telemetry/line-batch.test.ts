import { execFileSync } from 'node:child_process';
import { pino } from 'pino';
import { LineBatch } from '../../../runtime/telemetry/line-batch';
import { signalled } from '../../support/http';

const line = (msg: string, level = 30) => JSON.stringify({ level, msg });

test('the first line after a pause goes out at once, and the next ones together', async () => {
  const { log, written, more } = logger();
  log.info('one');
  expect(written).toEqual([[line('one')]]);
  log.info('two');
  log.info('three');
  await more.happened;
  expect(written).toEqual([[line('one')], [line('two'), line('three')]]);
});

test('a warning waits for nothing, and what came before it stands before it', () => {
  const { log, written } = logger();
  log.info('one');
  log.info('two');
  log.warn('three');
  expect(written.flat()).toEqual([line('one'), line('two'), line('three', 40)]);
});

test('what still waits when the process ends is not lost', () => {
  const code = `
    const { LineBatch } = require('./runtime/telemetry/line-batch');
    const batch = new LineBatch(process.stdout);
    for (const line of ['one', 'two', 'three']) batch.write(line + '\\n');
    process.exit(0);`;
  const said = execFileSync(process.execPath, ['-r', 'ts-node/register/transpile-only', '-e', code]);
  expect(String(said)).toBe('one\ntwo\nthree\n');
});

function logger() {
  const written: string[][] = [];
  const more = signalled();
  const batch = new LineBatch({
    write: (lines) => {
      written.push(lines.trimEnd().split('\n'));
      if (written.length > 1) more.happen();
    },
  });
  return { log: pino({ base: null, timestamp: false }, batch), written, more };
}
