import { context, trace } from '@opentelemetry/api';
import { type LogFormat } from '../../../runtime/contract';
import { buildLogger } from '../../../runtime/telemetry/log';
import { startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();
afterAll(() => telemetry.close());

function lines(
  logFormat: LogFormat | undefined,
  write: (log: ReturnType<typeof buildLogger>) => void,
): string {
  const written: string[] = [];
  const spy = jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => written.push(String(text)) > 0);
  write(buildLogger({ name: 'lead', level: 'TRACE', export: true, ...(logFormat ? { logFormat } : {}) }));
  spy.mockRestore();
  return written.join('');
}

const IDS = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 };
const active = <T>(work: () => T) => context.with(trace.setSpanContext(context.active(), IDS), work);

test('T26: text lines are as KAOS writes them, with the span where there is one', () => {
  const text = lines('text', (log) => {
    log.info({ steps: 2 }, 'request answered');
    active(() => log.warn('Reached maximum reasoning steps (5)'));
  });
  const [first, second] = text.trim().split('\n');
  expect(first).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - lead - INFO - request answered steps=2$/);
  expect(second?.slice(22)).toBe(
    `lead - WARNING - [trace_id=${IDS.traceId} span_id=${IDS.spanId}] - Reached maximum reasoning steps (5)`,
  );
});

test('T26: an error stands below its line', () => {
  const text = lines('text', (log) => log.error({ err: new Error('out of paper') }, 'failed'));
  expect(text).toMatch(/ - lead - ERROR - failed\nError: out of paper\n {4}at /);
});

test('T26: JSON lines have the same under names', () => {
  const text = lines(undefined, (log) => active(() => log.info('hello')));
  // OpenTelemetry has a word to say of loggers that follow one another.
  const line = text.split('\n').find((one) => one.includes('hello')) ?? '';
  expect(JSON.parse(line)).toMatchObject({
    logger_name: 'lead',
    severity: 'INFO',
    message: 'hello',
    trace_id: IDS.traceId,
    span_id: IDS.spanId,
  });
});

test('X12: at TRACE nothing is left out', () => {
  const text = lines('text', (log) => ['trace', 'debug'].forEach((level) => log[level as 'debug'](level)));
  expect(text).toMatch(/ - lead - TRACE - trace\n.* - lead - DEBUG - debug\n$/);
});

test('T25: what goes out by OTLP is the same in both', () => {
  const bodies = telemetry.logs.map(({ body, severityText }) => `${severityText} ${String(body)}`);
  expect(bodies).toEqual([
    'INFO request answered',
    'WARN Reached maximum reasoning steps (5)',
    'ERROR failed',
    'INFO hello',
    'TRACE trace',
    'DEBUG debug',
  ]);
});
