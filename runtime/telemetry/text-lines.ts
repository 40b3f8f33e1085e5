import { type DestinationStream, symbols } from 'pino';
import { ATTRIBUTE } from './names';

/** In Python's words, which KAOS's are. */
const LEVELS: Readonly<Record<string, string>> = { WARN: 'WARNING', FATAL: 'CRITICAL' };

interface Line {
  readonly time: string;
  readonly severity: string;
  readonly message?: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly err?: { readonly stack?: string; readonly message?: string };
  readonly [field: string]: unknown;
}

/** A stream of JSON lines as one of text, in KAOS's form. */
export class TextLines implements DestinationStream {
  /** Asks pino to say of what level a line is, for a stream that asks for it too. */
  readonly [symbols.needsMetadataGsym] = true;
  lastLevel = 0;

  constructor(private readonly out: DestinationStream & { lastLevel?: number }) {}

  write(line: string): void {
    if (this.out.lastLevel !== undefined) this.out.lastLevel = this.lastLevel;
    this.out.write(asText(JSON.parse(line) as Line));
  }
}

function asText({ time, severity, message = '', trace_id, span_id, err, ...more }: Line): string {
  const { [ATTRIBUTE.loggerName]: logger, level: _level, ...fields } = more;
  const at = time.slice(0, 19).replace('T', ' ');
  const trace = trace_id === undefined ? [] : [`[trace_id=${trace_id} span_id=${span_id}]`];
  const parts = [at, String(logger), LEVELS[severity] ?? severity, ...trace, message + inWords(fields)];
  const why = err ? `\n${err.stack ?? err.message ?? ''}` : '';
  return `${parts.join(' - ')}${why}\n`;
}

function inWords(fields: object): string {
  return Object.entries(fields)
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
}
