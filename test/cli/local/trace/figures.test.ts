import { bar, duration } from '../../../../cli/local/trace/figures';

test.each([
  [0n, '0 ms'],
  [420_000n, '0.42 ms'],
  [4_210_000n, '4.2 ms'],
  [31_400_000n, '31 ms'],
  [999_600_000n, '1.00 s'],
  [12_340_000_000n, '12.3 s'],
  [125_000_000_000n, '2 min 5 s'],
])('%d ns read as %s', (nanoseconds, text) => {
  expect(duration(nanoseconds)).toBe(text);
});

test.each([
  [0, 1, '████'],
  [0.5, 1, '  ██'],
  [0, 0.53125, '██▏'],
  [1, 1, '   █'],
  [0.25, 0.25, ' ▏'],
])('a bar from %d to %d', (from, to, text) => {
  expect(bar(from, to, 4)).toBe(text);
});
