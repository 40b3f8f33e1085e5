import { toJavaScript } from '../../runtime/contract';

/**
 * What RE2 knows with a backslash and a letter; JavaScript takes any other letter for itself. Left out are quotes, `\Q`
 * and `\E`: patterns are put together, and one that is open would go on in the next.
 */
const UNKNOWN_ESCAPE = /\\(?![abfnrtvxzdswpABDPSW])[A-Za-z_]/;
/** What RE2 knows with a backslash, and not between brackets. */
const UNKNOWN_IN_CLASS = /\\[bBAz1-9]/;
const CLASS = /\[(\\.|[^\]\\])*\]/g;

/**
 * What keeps a pattern from being of use as a regular expression of Go, whose syntax is RE2; undefined when nothing
 * does.
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function re2Problem(pattern: string): string | undefined {
  const unescaped = pattern.replace(/\\\\/g, '');
  const outsideClasses = unescaped.replace(CLASS, 'x');
  if (/\(\?<?[=!]/.test(outsideClasses)) return 'looks ahead or behind, which RE2 cannot';
  if (/\\[1-9]|\\k</.test(outsideClasses)) return 'refers to one of its groups, which RE2 cannot';
  if (/\(\?P?</.test(outsideClasses)) return 'names a group, and another pattern may do so too';
  const counts = [...outsideClasses.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].flatMap(([, from, to]) => [from, to]);
  if (counts.some((count) => Number(count) > 1000)) return 'repeats more than 1000 times, which RE2 does not';
  const classes = unescaped.match(CLASS) ?? [];
  if (classes.some((text) => /^\[\^?\]$/.test(text))) return 'has brackets with nothing in them';
  const escape = UNKNOWN_ESCAPE.exec(unescaped)?.[0] ?? UNKNOWN_IN_CLASS.exec(classes.join(''))?.[0];
  if (escape) return `has ${escape}, which does not work here`;
  const expression = toJavaScript(pattern);
  if (!expression) return 'is no regular expression';
  return expression.test('') ? 'matches the empty text, and so every other' : undefined;
}
