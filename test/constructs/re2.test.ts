import { re2Problem } from '../../constructs/re2';

test.each([
  '\\bcust-[0-9]{6}\\b',
  '(?i)internal[-_ ]id: \\w+',
  '(?P<name>a+)',
  'a{1000}',
  '[^(?=]+x',
  '\\d+\\.\\d+',
  '\\\\1',
])('%s is one of RE2', (pattern) => {
  expect(re2Problem(pattern)).toBeUndefined();
});

test.each([
  ['(?<=id: )\\d+', 'looks ahead or behind, which RE2 cannot'],
  ['a(?!b)', 'looks ahead or behind, which RE2 cannot'],
  ['(a)\\1', 'refers to one of its groups, which RE2 cannot'],
  ['a{2,1001}', 'repeats more than 1000 times, which RE2 does not'],
  ['\\u0041', 'has \\u, which RE2 does not know'],
  ['(', 'is no regular expression'],
  ['a**', 'is no regular expression'],
  ['.*', 'matches the empty text, and so every other'],
])('%s %s', (pattern, problem) => {
  expect(re2Problem(pattern)).toBe(problem);
});
