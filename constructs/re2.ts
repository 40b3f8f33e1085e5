/** What RE2 knows with a backslash and a letter; JavaScript takes any other letter for itself. */
const UNKNOWN_ESCAPE = /\\(?![abfnrtvxzdswpABDEPQSW])[A-Za-z_]/;

/**
 * What keeps a pattern from being of use as a regular expression of Go, whose syntax is RE2; undefined when nothing
 * does.
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function re2Problem(pattern: string): string | undefined {
  const unescaped = pattern.replace(/\\\\/g, '');
  const outsideClasses = unescaped.replace(/\[(\\.|[^\]\\])*\]/g, 'x');
  if (/\(\?<?[=!]/.test(outsideClasses)) return 'looks ahead or behind, which RE2 cannot';
  if (/\\[1-9]|\\k</.test(outsideClasses)) return 'refers to one of its groups, which RE2 cannot';
  const counts = [...outsideClasses.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].flatMap(([, from, to]) => [from, to]);
  if (counts.some((count) => Number(count) > 1000)) return 'repeats more than 1000 times, which RE2 does not';
  const escape = UNKNOWN_ESCAPE.exec(unescaped)?.[0];
  if (escape) return `has ${escape}, which RE2 does not know`;
  const expression = toJavaScript(pattern);
  if (!expression) return 'is no regular expression';
  return expression.test('') ? 'matches the empty text, and so every other' : undefined;
}

/** A pattern of RE2 as JavaScript has it; undefined when it is none. */
export function toJavaScript(pattern: string): RegExp | undefined {
  const [, flags = ''] = /^\(\?([imsU]+)\)/.exec(pattern) ?? [];
  const source = pattern
    .replace(/^\(\?[imsU]+\)/, '')
    .replace(/\(\?[imsU]+:/g, '(?:')
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$');
  try {
    return new RegExp(source, flags.replace('U', ''));
  } catch {
    return undefined;
  }
}
