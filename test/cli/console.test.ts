import { PassThrough } from 'node:stream';
import { reporter, styleFor } from '../../cli/console';

/** What is printed where there is no terminal. */
function printed(say: (watcher: ReturnType<typeof reporter>) => void): string {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream; // all that is asked of it is to be written to
  say(reporter(stream, styleFor(stream), 14));
  return String((stream as unknown as PassThrough).read() ?? '');
}

const log = (fields: object) => JSON.stringify({ level: 30, severity: 'INFO', message: 'said', ...fields });

test('each thing that becomes of a workload has its line, without colours where there is no terminal', () => {
  const text = printed((watcher) => {
    watcher.starting('lead', undefined);
    watcher.starting('models', 'demo model');
    watcher.ready('lead', 12.6);
    watcher.failed('a-name-longer-than-the-column', 'it would not');
    watcher.died('lead', 'exited with code 3');
  });
  expect(text.split('\n')).toEqual([
    '· lead           starting',
    '· models         starting (demo model)',
    '✓ lead           ready in 13 ms',
    '✗ a-name-longer-than-the-column failed because it would not',
    '✗ lead           exited with code 3',
    '',
  ]);
});

test.each([
  ['a warning', log({ level: 40 }), '! lead           said\n'],
  ['an error with its cause', log({ level: 50, err: { message: 'why' } }), '! lead           said: why\n'],
  ['what is no log line', 'Segmentation fault', '! lead           Segmentation fault\n'],
  ['JSON that is no log line of ours', '{"jsonrpc":"2.0"}', '! lead           {"jsonrpc":"2.0"}\n'],
  [
    'a log line of somebody else',
    '{"level":"info","message":"x"}',
    '! lead           {"level":"info","message":"x"}\n',
  ],
  ['what looks like JSON', '{ not', '! lead           { not\n'],
])('of what a workload prints, %s is shown', (_what, line, shown) => {
  expect(printed((watcher) => watcher.line('lead', line))).toBe(shown);
});

test.each([log({}), log({ level: 20 }), '', '  '])('of what a workload prints, %j is not shown', (line) => {
  expect(printed((watcher) => watcher.line('lead', line))).toBe('');
});
