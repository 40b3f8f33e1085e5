import { gzipSync } from 'node:zlib';
import {
  collector,
  jsonSpan,
  logRequest,
  post,
  SPAN_ID,
  TRACE_ID,
  traceRequest,
  useCollector,
} from './collector-for-tests';

useCollector();

describe('OTLP over HTTP', () => {
  test('JSON with times as strings or numbers keeps every nanosecond', async () => {
    const span = { ...jsonSpan, startTimeUnixNano: '1700000000123456789' };
    const text = JSON.stringify(traceRequest(span)).replace('"END"', '1700000000987654321');
    expect(await post('/v1/traces', text)).toEqual({ status: 200, body: '{}' });

    expect(collector.store.spans[0]).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: null,
      service: 'calculator',
      kind: 'SERVER',
      status: 'ok',
      startUnixNano: '1700000000123456789',
      endUnixNano: '1700000000987654321',
      attributes: {
        note: 'id 12345678901234567890, "quoted"',
        big: '9007199254740993',
        small: 7,
        list: [true, null],
      },
    });
  });

  test('a link that leads nowhere is none', async () => {
    const links = [{ attributes: [] }, { traceId: TRACE_ID, spanId: SPAN_ID }];
    await post('/v1/traces', JSON.stringify(traceRequest({ ...jsonSpan, endTimeUnixNano: '2', links })));
    expect(collector.store.spans[0]?.links).toEqual([{ traceId: TRACE_ID, spanId: SPAN_ID, attributes: {} }]);
  });

  test('a body may be gzipped', async () => {
    const body = gzipSync(JSON.stringify(traceRequest({ ...jsonSpan, endTimeUnixNano: '2' })));
    expect(await post('/v1/traces', body, { 'content-encoding': 'gzip' })).toEqual({
      status: 200,
      body: '{}',
    });
    expect(collector.store.spans).toHaveLength(1);
  });

  test('protobuf is answered in protobuf', async () => {
    const response = await fetch(`${collector.httpUrl}/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: Buffer.alloc(0),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-protobuf');
    expect(await response.text()).toBe('');
  });

  test.each([
    ['is not JSON', '{', 400, 'the body is not an OTLP traces request in JSON'],
    ['is a list', '[]', 400, 'the body is []; give an object'],
    ['has a text where a list belongs', '{"resourceSpans":"x"}', 400, 'resourceSpans is "x"; give a list'],
    [
      'has a short trace id',
      JSON.stringify(traceRequest({ ...jsonSpan, traceId: 'abc' })),
      400,
      'span.traceId is "abc"; give 16 bytes in hex',
    ],
    [
      'has an impossible time',
      JSON.stringify(traceRequest({ ...jsonSpan, endTimeUnixNano: 'noon' })),
      400,
      'span.endTimeUnixNano is "noon"; give nanoseconds as a decimal',
    ],
    [
      'is nested without end',
      logRequest(`${'{"arrayValue":{"values":['.repeat(100)}${']}}'.repeat(100)}`),
      400,
      expect.stringMatching(/ is nested too deeply; keep it within 64 levels$/),
    ],
  ])('fails when the body %s', async (_what, text, code, message) => {
    const reply = await post('/v1/' + (text.includes('resourceLogs') ? 'logs' : 'traces'), text);
    expect(reply.status).toBe(code);
    expect(JSON.parse(reply.body)).toEqual({ code: 3, message });
    expect(collector.store.spans).toEqual([]);
  });

  test('fails when the encoding is unknown or the body is not what it says', async () => {
    const brotli = await post('/v1/logs', '{}', { 'content-encoding': 'br' });
    expect(brotli.status).toBe(415);
    expect(JSON.parse(brotli.body).message).toBe('content-encoding is "br"; give gzip, deflate or none');
    const plain = await post('/v1/logs', '{}', { 'content-encoding': 'gzip' });
    expect(plain.status).toBe(400);
    expect(JSON.parse(plain.body).message).toBe('the body is not gzip');
  });

  test('fails when a small gzip unpacks to more than 16 MiB', async () => {
    const bomb = gzipSync(Buffer.alloc(17 * 1024 * 1024));
    const reply = await post('/v1/logs', bomb, { 'content-encoding': 'gzip' });
    expect(reply.status).toBe(413);
    expect(JSON.parse(reply.body)).toEqual({ code: 8, message: 'the body is more than 16777216 bytes' });
  });

  test('megabytes in one attribute do not trip the reader', async () => {
    const body = 'x1234567890123456789'.repeat(400_000);
    const text = logRequest(JSON.stringify({ stringValue: body }));
    expect((await post('/v1/logs', text)).status).toBe(200);
    expect(collector.store.logs[0]?.body).toBe(body);
    expect(collector.store.logs[0]?.timeUnixNano).toBe('1700000000123456789');
  });
});
