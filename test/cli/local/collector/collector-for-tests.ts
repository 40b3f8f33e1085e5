import { startCollector, type Collector } from '../../../../cli/local/collector/collector';

export const HOST = '127.0.0.1';
export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const SPAN_ID = 'b7ad6b7169203331';

/** The collector of the test that runs. */
export let collector: Collector;

/** Starts a collector before each test of a file, and closes it afterwards. */
export function useCollector(): void {
  beforeEach(async () => {
    collector = await startCollector({ host: HOST, grpcPort: 0, httpPort: 0 });
  });
  afterEach(() => collector.close());
}

/** A span in OTLP/JSON; `END` is no time yet. */
export const jsonSpan = {
  traceId: TRACE_ID.toUpperCase(),
  spanId: SPAN_ID,
  parentSpanId: '',
  name: 'tools/call add',
  kind: 2,
  startTimeUnixNano: '1',
  endTimeUnixNano: 'END',
  status: { code: 1 },
  attributes: [
    { key: 'note', value: { stringValue: 'id 12345678901234567890, "quoted"' } },
    { key: 'big', value: { intValue: '9007199254740993' } },
    { key: 'small', value: { intValue: 7 } },
    { key: 'list', value: { arrayValue: { values: [{ boolValue: true }, {}] } } },
  ],
};

export function traceRequest(span: object) {
  const service = { key: 'service.name', value: { stringValue: 'calculator' } };
  return { resourceSpans: [{ resource: { attributes: [service] }, scopeSpans: [{ spans: [span] }] }] };
}

export function logRequest(body: string): string {
  return `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":1700000000123456789,"body":${body}}]}]}]}`;
}

export async function post(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(collector.httpUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: await response.text() };
}
