/** Kept apart from its tool, so that bundling has something to do. */
export function greeting(name: string): string {
  return `Grüß Gott, ${name}!`;
}
