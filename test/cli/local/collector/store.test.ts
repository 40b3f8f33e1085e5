import { startCollector } from '../../../../cli/local/collector/collector';
import { collector, HOST, jsonSpan, post, TRACE_ID, traceRequest, useCollector } from './collector-for-tests';

useCollector();

describe('the store', () => {
  test('awaits what has not arrived yet, and finds what has', async () => {
    const arrival = collector.store.span((span) => span.name === 'tools/call add');
    await post('/v1/traces', JSON.stringify(traceRequest({ ...jsonSpan, endTimeUnixNano: '2' })));
    const span = await arrival;
    expect(span.service).toBe('calculator');
    expect(await collector.store.span(() => true)).toBe(span);
    expect(collector.store.trace(TRACE_ID)).toEqual([span]);
    expect(collector.store.listenerCount('span')).toBe(0);
  });

  test('stops waiting when the signal aborts', async () => {
    const controller = new AbortController();
    const arrival = collector.store.log(() => true, controller.signal);
    controller.abort(new Error('enough'));
    await expect(arrival).rejects.toThrow('enough');
    expect(collector.store.listenerCount('log')).toBe(0);
  });

  test('drops the oldest beyond its limit and counts them, and keeps a span that is sent twice once', async () => {
    const limits = { spans: 2, logs: 1, metrics: 1 };
    const small = await startCollector({ host: HOST, grpcPort: 0, httpPort: 0, limits });
    const spans = ['1', '2', '2', '3'].map((digit) => ({
      ...jsonSpan,
      spanId: digit.repeat(16),
      endTimeUnixNano: '2',
    }));
    for (const span of spans) small.store.add('traces', traceRequest(span));
    await small.close();
    expect(small.store.spans.map((span) => span.spanId[0])).toEqual(['2', '3']);
    expect(small.store.dropped).toEqual({ spans: 1, logs: 0, metrics: 0 });
  });
});
