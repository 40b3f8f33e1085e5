import { type Repeatable } from '../../process/errors';

/** Statuses of whoever is busy, or had bad luck. */
export function repeatableStatus(status: number): boolean {
  return [408, 409, 429].includes(status) || status >= 500;
}

/** A connection that failed may be better the next time; a call that had all its time and was not done has had it. */
export function repeatableFailure(error: unknown): Repeatable | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT' ? undefined : {};
}

/** What a `Retry-After` header says: seconds, or a date of HTTP. */
export function retryAfterMs(header: string | string[] | undefined, now = Date.now()): number | undefined {
  const text = String(header ?? '').trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Dates of HTTP hold a time of day; much else passes for a date, too.
  const date = / \d\d:\d\d:\d\d /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
