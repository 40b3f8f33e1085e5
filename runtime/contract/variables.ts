/** What the writers of variables share. */

/** Holds the path of a file with what `variable` would hold; it wins, and may change while the process runs. */
export function secretFileVariable(variable: string): string {
  return `${variable}_FILE`;
}

export function given(
  variable: string,
  value: string | number | boolean | undefined,
): Record<string, string> {
  return value === undefined ? {} : { [variable]: String(value) };
}
