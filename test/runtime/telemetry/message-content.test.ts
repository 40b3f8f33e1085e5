import { capturesContent, latest, shortened } from '../../../runtime/telemetry/message-content';

const VARIABLE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

test.each([
  [undefined, false],
  ['', false],
  ['false', false],
  ['NO_CONTENT', false],
  ['EVENT_ONLY', false],
  ['true', true],
  ['SPAN_ONLY', true],
  ['span_and_event', true],
])('%s says %s', (value, expected) => {
  expect(capturesContent({ [VARIABLE]: value })).toBe(expected);
});

test('a text that is too long is cut, between words', () => {
  expect(shortened('short')).toBe('short');
  expect(shortened(`${'word '.repeat(1_638)}sk-0123456789abcdef`)).toBe(`${'word '.repeat(1_638)}…`);
  expect(shortened('x'.repeat(10_000))).toBe(`${'x'.repeat(8192 - 512)}…`);
});

test('of too many items the last are kept', () => {
  expect(latest([])).toBe('[]');
  expect(latest(['a', { b: 1 }])).toBe('["a",{"b":1}]');
  const items = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(1000, '.'));
  const kept = JSON.parse(latest(items)) as string[];
  expect(kept).toEqual(items.slice(-kept.length));
  expect(kept.length).toBe(32);
});
