/** A duration with three significant figures and the unit that reads best. */
export function duration(nanoseconds: bigint): string {
  const ms = Number(nanoseconds) / 1e6;
  if (ms < 9.95) return `${Number(ms.toFixed(ms < 0.995 ? 2 : 1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(ms < 9_995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `1 span`, `1,204 spans`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `1,204`; the same whatever the machine's locale. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/**
 * A bar on a scale of `width` cells: blanks, then blocks in steps of an eighth of a cell. It begins on a whole
 * cell, because terminals have no blocks that fill from the right, and is never invisible.
 */
export function bar(from: number, to: number, width: number): string {
  const begin = Math.min(Math.floor(clamp(from) * width), width - 1);
  const eighths = Math.max(1, Math.round(clamp(to) * width * 8) - begin * 8);
  return ' '.repeat(begin) + '█'.repeat(Math.floor(eighths / 8)) + PARTIAL[eighths % 8];
}

const PARTIAL = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function clamp(share: number): number {
  return Math.min(Math.max(share, 0), 1);
}
