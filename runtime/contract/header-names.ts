/** What HTTP, MCP and tracing say in headers by themselves, and what would lead a message elsewhere. */
const OWN_HEADERS: readonly string[] = [
  'accept',
  'accept-encoding',
  'baggage',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'last-event-id',
  'origin',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
];
const OWN_PREFIXES = ['mcp-', 'proxy-', 'x-forwarded-'];

/** Whether HTTP knows headers of such a name. */
export function isHeaderName(name: string): boolean {
  return /^[-!#$%&'*+.^_`|~0-9a-z]+$/i.test(name);
}

/** Whether a header is set by whoever sends the message, so that nobody else may. */
export function isOwnHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return OWN_HEADERS.includes(lower) || OWN_PREFIXES.some((prefix) => lower.startsWith(prefix));
}
