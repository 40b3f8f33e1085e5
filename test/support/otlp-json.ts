import { type Signal } from '../../constructs';

/** Sends OTLP in its JSON form, where a test needs what no SDK would send; gives the status of the reply. */
export async function postOtlp(httpUrl: string, signal: Signal, request: object): Promise<number> {
  const reply = await fetch(`${httpUrl}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  await reply.text();
  return reply.status;
}

/** A request of each signal, with that text in it. */
export function smallRequests(text: string): Readonly<Record<Signal, object>> {
  const attributes = [{ key: 'text', value: { stringValue: text } }];
  const now = String(BigInt(Date.now()) * 1_000_000n);
  const id = (length: number) =>
    Array.from({ length }, () => Math.floor(Math.random() * 16).toString(16)).join('');
  const span = {
    traceId: id(32),
    spanId: id(16),
    name: 'work',
    startTimeUnixNano: now,
    endTimeUnixNano: now,
    attributes,
  };
  const point = { timeUnixNano: now, asInt: '1', attributes };
  const record = { timeUnixNano: now, body: { stringValue: text } };
  return {
    traces: { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] },
    metrics: {
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'text', gauge: { dataPoints: [point] } }] }] }],
    },
    logs: { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] },
  };
}
