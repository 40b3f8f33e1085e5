import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { startTelemetry } from '../../../runtime/telemetry/start';
import { takeOtlpBytes } from '../../support/otlp-bytes';

/** What is sent and printed with these variables, when a span ends, something is counted and something logged. */
async function exercised(variables: Record<string, string>) {
  const sent = await takeOtlpBytes();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sent.url, ...variables };
  Object.assign(process.env, env);
  const printed: unknown[] = [];
  const spy = jest.spyOn(console, 'dir').mockImplementation((what) => void printed.push(what));
  const telemetry = startTelemetry(process.env, 'lead');
  trace.getTracer('test').startActiveSpan('worked', (span) => {
    logs.getLogger('test').emit({ body: 'logged' });
    metrics.getMeter('test').createCounter('counted').add(1, { key: 'label' });
    span.end();
  });
  const injected: Record<string, string> = {};
  propagation.inject(context.active(), injected);
  await telemetry.close();
  await sent.close();
  spy.mockRestore();
  for (const global of [trace, metrics, logs, context, propagation]) global.disable();
  for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
  return { telemetry, sent, printed: JSON.stringify(printed) };
}

test('T4, T5: all signals go by gRPC, with one resource', async () => {
  const { sent, printed } = await exercised({ OTEL_RESOURCE_ATTRIBUTES: 'team=search' });
  const found = (['traces', 'metrics', 'logs'] as const).map((signal) => {
    const text = sent.of(signal);
    return ['worked', 'counted', 'logged', 'lead', 'search', 'service.instance.id'].filter((part) =>
      text.includes(part),
    );
  });
  const resource = ['lead', 'search', 'service.instance.id'];
  expect(found).toEqual([
    ['worked', ...resource],
    ['counted', ...resource],
    ['logged', ...resource],
  ]);
  expect(printed).toBe('[]');
});

test('the command line, which may hold secrets, is no part of the resource', async () => {
  const { sent } = await exercised({});
  expect(sent.text).not.toContain('process.command');
});

test('T4: for debugging, spans and records are printed in place of being sent', async () => {
  const console = {
    OTEL_TRACES_EXPORTER: 'console',
    OTEL_LOGS_EXPORTER: 'console',
    OTEL_METRICS_EXPORTER: 'none',
  };
  const { sent, printed } = await exercised(console);
  expect(sent.text).toBe('');
  expect(printed).toContain('worked');
  expect(printed).toContain('logged');
});

test('T4: what is printed is sent as well, when both are listed', async () => {
  const { sent, printed } = await exercised({ OTEL_TRACES_EXPORTER: 'otlp,console' });
  expect(sent.of('traces')).toContain('worked');
  expect(printed).toContain('worked');
});

test.each(['traces', 'metrics', 'logs'] as const)(
  'T4: no %s are sent where the exporter is none',
  async (signal) => {
    const { sent } = await exercised({ [`OTEL_${signal.toUpperCase()}_EXPORTER`]: 'none' });
    const others = (['traces', 'metrics', 'logs'] as const).filter((other) => other !== signal);
    expect([sent.of(signal), ...others.map((other) => sent.of(other) !== '')]).toEqual(['', true, true]);
  },
);

test.each([
  ['always_off', '', false],
  ['always_on', '', true],
  ['parentbased_traceidratio', '0', false],
  ['parentbased_traceidratio', '1', true],
])('T4, T41: the sampler %s (%s) is that of OpenTelemetry’s variable', async (sampler, arg, isSent) => {
  const env = { OTEL_TRACES_SAMPLER: sampler, ...(arg && { OTEL_TRACES_SAMPLER_ARG: arg }) };
  const { sent } = await exercised(env);
  expect(sent.of('traces').includes('worked')).toBe(isSent);
});

test('T2: what keeps telemetry from starting is one warning, and the process goes on without', async () => {
  const { telemetry, sent } = await exercised({ OTEL_EXPORTER_OTLP_ENDPOINT: 'no url' });
  expect(telemetry).toMatchObject({
    enabled: false,
    severity: 'warn',
    summary:
      'OpenTelemetry Enabled: false (it cannot start: OTEL_EXPORTER_OTLP_ENDPOINT is "no url"; give an http or https URL)',
    warnings: [],
  });
  expect(sent.text).toBe('');
});

test.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'zz', 'one of grpc, http/protobuf, http/json'],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'zz', 'one of grpc, http/protobuf, http/json'],
  ['OTEL_TRACES_EXPORTER', 'jaeger', 'one of otlp, console, none'],
  ['OTEL_LOGS_EXPORTER', 'otlp,jaeger', 'one of otlp, console, none'],
  ['OTEL_METRICS_EXPORTER', 'statsd', 'one of otlp, console, none, prometheus'],
  [
    'OTEL_TRACES_SAMPLER',
    'zzz',
    'one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio',
  ],
])('T2: %s=%s is one warning, and all is sent as if it were not given', async (variable, value, allowed) => {
  const { telemetry, sent } = await exercised({ [variable]: value });
  expect(telemetry.warnings).toEqual([`${variable} is "${value}"; give ${allowed}`]);
  for (const [signal, part] of [
    ['traces', 'worked'],
    ['metrics', 'counted'],
    ['logs', 'logged'],
  ] as const)
    expect(sent.of(signal)).toContain(part);
});

test('T7: the log says what telemetry does, and no header', async () => {
  const { telemetry } = await exercised({
    OTEL_SERVICE_NAME: 'researcher',
    OTEL_RESOURCE_ATTRIBUTES: 'team=search',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=very-secret',
  });
  expect(telemetry.severity).toBe('info');
  expect(telemetry.summary).toMatch(
    /^OpenTelemetry Enabled: true, OpenTelemetry initialized: http:\/\/127\.0\.0\.1:\d+ \(service: researcher\), OTEL_INCLUDE_HTTP_CLIENT: false, OTEL_INCLUDE_HTTP_SERVER: false, OTEL_RESOURCE_ATTRIBUTES: team=search$/,
  );
});

test('T2, T6: when it is off nothing is injected, recorded or sent', async () => {
  const { telemetry, sent, printed } = await exercised({ OTEL_SDK_DISABLED: 'YES' });
  expect([telemetry.enabled, telemetry.summary]).toEqual([false, 'OpenTelemetry Enabled: false']);
  expect([sent.text, printed]).toEqual(['', '[]']);
});

test('T24: series are bounded, whatever becomes a label', async () => {
  const sent = await takeOtlpBytes();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = sent.url;
  const telemetry = startTelemetry(process.env, 'lead');
  const counter = metrics.getMeter('test').createCounter('counted');
  for (let index = 0; index < 10_000; index++) counter.add(1, { name: `made-up-${index}` });
  await telemetry.close();
  await sent.close();
  expect(sent.of('metrics').match(/made-up-\d+/g)?.length).toBeLessThan(1_001);
  expect(sent.of('metrics')).toContain('otel.metric.overflow');
  for (const global of [trace, metrics, logs, context, propagation]) global.disable();
});
