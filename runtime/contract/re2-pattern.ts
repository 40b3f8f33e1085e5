/** A pattern of RE2, whose syntax the collector knows, as JavaScript has it; undefined when it is none. */
export function toJavaScript(pattern: string): RegExp | undefined {
  const [, flags = ''] = /^\(\?([imsU]+)\)/.exec(pattern) ?? [];
  const source = pattern
    .replace(/^\(\?[imsU]+\)/, '')
    .replace(/\(\?[imsU]+:/g, '(?:')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$');
  try {
    return new RegExp(source, flags.replace('U', ''));
  } catch {
    return undefined;
  }
}
