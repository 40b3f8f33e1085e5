import { tokensOf, type TraceNode, type TraceTree } from './build-trace';
import { bar, counted, duration, grouped } from './figures';
import { flatten, type Row } from './flatten';
import { painter, type Paint } from './paint';
import { cells, cut, fit, plain } from './text';

export interface RenderOptions {
  /** Columns of the terminal; fewer than 60 are read as 60. */
  readonly width: number;
  /** ANSI colours: one for each service, red for errors. */
  readonly color: boolean;
  /**
   * Spans shown, from the top of the tree.
   * @default 500
   */
  readonly limit?: number;
}

/** A trace as text: a summary, then one line for each span with its bar on a common time scale. */
export function renderTrace(tree: TraceTree, options: RenderOptions): string {
  const width = Math.max(60, options.width);
  const rows = flatten(tree, options.limit ?? 500);
  const sheet = layOut(rows, tree, width);
  const paint = painter(tree.services, options.color);
  const lines = rows.flatMap((row) => rowLines(row, tree, sheet, paint));
  const hidden = tree.spanCount - rows.length;
  const note = hidden > 0 ? [paint.dim(`… ${counted(hidden, 'more span')} not shown`)] : [];
  return [...summary(tree, width, paint), ...lines, ...note].join('\n');
}

function summary(tree: TraceTree, width: number, paint: Paint): string[] {
  const ids = [...new Set(tree.roots.map(({ span }) => span.traceId))];
  const { input, output } = tree.tokens;
  const errors = counted(tree.errorCount, 'error');
  const parts = [
    counted(tree.roots.length - tree.orphanCount, 'root'),
    counted(tree.spanCount, 'span'),
    counted(tree.services.length, 'service'),
    duration(BigInt(tree.endUnixNano) - BigInt(tree.startUnixNano)),
    ...(input + output > 0 ? [`${grouped(input)} tokens in / ${grouped(output)} out`] : []),
    ...(tree.orphanCount > 0 ? [counted(tree.orphanCount, 'orphan')] : []),
    errors,
  ];
  const title = ids.length === 1 ? `trace ${ids[0]?.slice(0, 8)}…` : counted(ids.length, 'trace');
  const lines = [title];
  for (const [index, part] of parts.entries()) {
    const line = `${lines.at(-1)}${index === 0 ? '  ' : ' · '}${part}`;
    if (cells(line) <= width) lines[lines.length - 1] = line;
    else lines.push(`  ${part}`);
  }
  return lines.map((line) => (tree.errorCount > 0 ? line.replace(errors, paint.error(errors)) : line));
}

/** Widths of the columns, which share the terminal. */
interface Sheet {
  readonly service: number;
  readonly label: number;
  readonly duration: number;
  readonly bar: number;
}

function layOut(rows: readonly Row[], tree: TraceTree, width: number): Sheet {
  const largest = (sizes: number[]) => sizes.reduce((most, size) => Math.max(most, size), 0);
  const service = Math.min(largest(tree.services.map((name) => cells(plain(name)))), Math.floor(width / 6));
  const durationWidth = largest(rows.map((row) => durationOf(row.node).length));
  const free = width - service - durationWidth - 3 * GAP.length;
  const wanted = largest(rows.map((row) => row.branch.length + cells(labelOf(row.node).join(''))));
  const label = Math.min(wanted, free - Math.floor(width / 5));
  return { service, label, duration: durationWidth, bar: free - label };
}

const GAP = '  ';

function rowLines(row: Row, tree: TraceTree, sheet: Sheet, paint: Paint): string[] {
  const { span } = row.node;
  const isError = span.status === 'error';
  const color = isError ? paint.error : paint.service(span.service);
  const branch = shorten(row.branch, sheet.label);
  const room = sheet.label - cells(branch);
  const [name = '', ...details] = labelOf(row.node);
  while (details.length > 0 && cells(name + details.join('')) > room) details.shift();
  const shownName = cut(name, room);
  const detail = details.join('');
  const filler = ' '.repeat(room - cells(shownName + detail));
  const line = [
    paint.service(span.service)(fit(plain(span.service), sheet.service)),
    paint.dim(branch) + (isError ? paint.error(shownName) : shownName) + paint.dim(detail) + filler,
    durationOf(row.node).padStart(sheet.duration),
    color(barOf(row.node, tree, sheet.bar)),
  ].join(GAP);
  const message = isError ? plain(span.statusMessage) : '';
  if (message === '') return [line];
  const indent = ' '.repeat(sheet.service) + GAP;
  const below = shorten(row.below, sheet.label);
  const space = sheet.label + sheet.duration + sheet.bar + 2 * GAP.length - cells(below);
  return [line, indent + paint.dim(below) + paint.error(cut(message, space))];
}

/** Name first, then what may be left out when there is no room: the earlier goes first. */
function labelOf({ span, orphan }: TraceNode): string[] {
  const model = span.attributes['gen_ai.request.model'];
  const tokens = tokensOf(span);
  const causes = new Set(span.links.map(({ traceId }) => traceId).filter((id) => id !== span.traceId));
  return [
    (span.status === 'error' ? '✗ ' : '') + (plain(span.name) || '(no name)'),
    ...(typeof model === 'string' && tokens ? [`  ${plain(model)}`] : []),
    ...(tokens ? [`  ${grouped(tokens.input)}→${grouped(tokens.output)}`] : []),
    ...[...causes].map((id) => `  (linked to trace ${id.slice(0, 8)}…)`),
    ...(orphan ? ['  (parent missing)'] : []),
  ];
}

/** Deep branches keep their right end, which says where the span hangs, and leave room for a name. */
function shorten(branch: string, room: number): string {
  const most = Math.max(Math.floor(room / 2), room - 20);
  return branch.length <= most ? branch : `…${branch.slice(1 - most)}`;
}

function durationOf({ span }: TraceNode): string {
  return duration(lasted(span.startUnixNano, span.endUnixNano));
}

/** A span that has not ended, or ended on another machine's clock, lasted no time rather than less than none. */
function lasted(from: string, to: string): bigint {
  const nanoseconds = BigInt(to) - BigInt(from);
  return nanoseconds > 0n ? nanoseconds : 0n;
}

function barOf({ span }: TraceNode, tree: TraceTree, width: number): string {
  const whole = Number(lasted(tree.startUnixNano, tree.endUnixNano)) || 1;
  const share = (time: string) => Number(lasted(tree.startUnixNano, time)) / whole;
  return bar(share(span.startUnixNano), share(span.endUnixNano), width);
}
