export interface Figure {
  readonly name: string;
  readonly samples: readonly number[];
  readonly aim: string;
}

export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Cells side by side, all but the first to the right. */
export function printRow(widths: readonly number[], cells: readonly string[]): void {
  const shown = cells.map((cell, index) => {
    const width = widths[index] ?? 0;
    return index === 0 ? cell.padEnd(width) : cell.padStart(width);
  });
  console.log(shown.join(' '));
}

const WIDTHS = [62, 10, 10, 10, 10, 10];

export function printTable(figures: readonly Figure[]): void {
  const row = (...cells: readonly string[]) => printRow(WIDTHS, cells);
  row('milliseconds', 'median', 'p99', 'least', 'samples', 'aim');
  for (const { name, samples, aim } of figures) {
    const figure = (value: number) => value.toFixed(value < 100 ? 2 : 0);
    row(
      name,
      figure(percentile(samples, 0.5)),
      figure(percentile(samples, 0.99)),
      figure(Math.min(...samples)),
      String(samples.length),
      aim,
    );
  }
}
