import { isCount, isPort } from '../../constructs/numbers';

test.each([1, 2, Number.MAX_SAFE_INTEGER])('%d is a count', (value) => {
  expect(isCount(value)).toBe(true);
});

test.each([0, -1, 1.5, NaN, Infinity, '3', undefined])('%p is none', (value) => {
  expect(isCount(value)).toBe(false);
});

test.each([
  [1, true],
  [65_535, true],
  [0, false],
  [65_536, false],
  [NaN, false],
])('whether %d is a port: %p', (value, expected) => {
  expect(isPort(value)).toBe(expected);
});
