import { type Watcher } from './local/system';

/** Colours of a terminal, or none where there is no terminal to show them. */
export interface Style {
  readonly color: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

export function styleFor(stream: NodeJS.WriteStream): Style {
  const color = stream.isTTY && stream.hasColors() && process.env.NO_COLOR === undefined;
  const wrap = (code: number, end: number) => (text: string) =>
    color ? `\u001b[${code}m${text}\u001b[${end}m` : text;
  return {
    color,
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    red: wrap(31, 39),
    green: wrap(32, 39),
    yellow: wrap(33, 39),
  };
}

/** Columns that the names of workloads take. */
export function nameWidth(names: readonly string[]): number {
  return Math.max(14, ...names.map(({ length }) => length));
}

/** Says, a line each, what becomes of the workloads, whose names take that many columns. */
export function reporter(stream: NodeJS.WriteStream, style: Style, width: number): Watcher {
  const say = (mark: string, name: string, text: string) =>
    stream.write(`${mark} ${name.padEnd(width)} ${text}\n`);
  return {
    starting: (name, note) => say(style.dim('·'), name, style.dim(note ? `starting (${note})` : 'starting')),
    ready: (name, afterMs) => say(style.green('✓'), name, `ready in ${Math.round(afterMs)} ms`),
    failed: (name, reason) => say(style.red('✗'), name, `failed because ${reason}`),
    died: (name, reason) => say(style.red('✗'), name, reason),
    line: (name, line) => {
      const shown = worthShowing(line);
      if (shown) say(shown.isError ? style.red('!') : style.yellow('!'), name, shown.text);
    },
  };
}

interface LogLine {
  readonly level: number;
  readonly message: string;
  readonly err: { readonly message?: string } | undefined;
}

const WARN = 40;
const ERROR = 50;

/** Warnings and errors; what is no log line of ours, whole. */
function worthShowing(line: string): { text: string; isError: boolean } | undefined {
  const log = parseLine(line);
  if (!log) return line.trim() === '' ? undefined : { text: line, isError: false };
  if (log.level < WARN) return undefined;
  const cause = log.err?.message;
  return { text: cause ? `${log.message}: ${cause}` : log.message, isError: log.level >= ERROR };
}

function parseLine(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, message, err } = JSON.parse(line) as Partial<LogLine>;
    return typeof level === 'number' && typeof message === 'string' ? { level, message, err } : undefined;
  } catch {
    return undefined;
  }
}
