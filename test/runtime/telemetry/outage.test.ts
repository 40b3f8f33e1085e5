import { trace } from '@opentelemetry/api';
import { logs, SeverityNumber } from '@opentelemetry/api-logs';
import { type Collector, startCollector } from '../../../cli/local/collector/collector';
import { startTelemetry } from '../../../runtime/telemetry/start';
import { nobodyAt } from '../../support/http';

const HELD = 10;

test('spans and log records of an outage arrive, as many as are held; the metric says how many did not', async () => {
  const { port, url } = await nobodyAt();
  Object.assign(process.env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_BSP_MAX_QUEUE_SIZE: String(HELD),
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1',
    OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '1',
  });
  const telemetry = startTelemetry(process.env, 'held');
  const log = logs.getLogger('held');
  const names = Array.from({ length: 3 * HELD }, (_, index) => `span ${index}`);
  for (const name of names) {
    trace.getTracer('held').startSpan(name).end();
    log.emit({ severityNumber: SeverityNumber.INFO, body: name });
    await Promise.resolve(); // a batch is handed on
  }

  const collector: Collector = await startCollector({ host: '127.0.0.1', grpcPort: port, httpPort: 0 });
  await collector.store.span(({ name }) => name === names.at(-1));
  await collector.store.log(({ body }) => body === names.at(-1));
  await telemetry.close();
  await collector.close();
  const { spans, metrics } = collector.store;
  // The first may have been on its way when it would have given way.
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(names.slice(1 - HELD)));
  expect(spans).toHaveLength(HELD);
  expect(collector.store.logs.map(({ body }) => body)).toEqual(names);
  expect(metrics.find(({ name }) => name === 'kaos.telemetry.dropped')?.points).toMatchObject([
    { value: names.length - spans.length, attributes: { 'agent.name': 'held', signal: 'traces' } },
  ]);
}, 20_000);
