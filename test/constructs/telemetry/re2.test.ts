import { re2Problem } from '../../../constructs/telemetry/re2';

test.each([
  '\\bcust-[0-9]{6}\\b',
  '(?i)internal[-_ ]id: \\w+',
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
  ['(?P<name>a+)', 'names a group, and another pattern may do so too'],
  ['\\Qa.b', 'has \\Q, which does not work here'],
  ['a{2,1001}', 'repeats more than 1000 times, which RE2 does not'],
  ['\\u0041', 'has \\u, which does not work here'],
  ['[\\b]', 'has \\b, which does not work here'],
  ['a[]', 'has brackets with nothing in them'],
  ['(', 'is no regular expression'],
  ['a**', 'is no regular expression'],
  ['.*', 'matches the empty text, and so every other'],
])('%s %s', (pattern, problem) => {
  expect(re2Problem(pattern)).toBe(problem);
});
