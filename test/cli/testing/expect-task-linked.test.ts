import { type CallerSpan, expectTaskLinked, type SpanRecord, type TopologyRun } from '../../../cli/testing';
import { span } from '../local/trace/spans';

const CALLER: CallerSpan = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const TASK = '4bf92f3577b34da6a3ce929d0e0e4736';
const OTHER = 'a'.repeat(32);
const TO_CALLER = { ...CALLER, attributes: {} };
const LOOP = 'agent.agentic_loop';

const loop = (more: Partial<SpanRecord> = {}) =>
  span('1', null, 'lead', LOOP, 0, 9, { links: [TO_CALLER], ...more });
const step = (more: Partial<SpanRecord> = {}) => span('2', '1', 'lead', 'agent.step.1', 0, 9, more);
const request = span('3', null, 'lead', 'POST /a2a', 0, 1, {
  traceId: CALLER.traceId,
  parentSpanId: CALLER.spanId,
  kind: 'SERVER',
  attributes: { 'http.request.method': 'POST' },
});
const toRequest = { traceId: CALLER.traceId, spanId: request.spanId, attributes: {} };

function runOf(spans: readonly SpanRecord[], more: Partial<TopologyRun> = {}): TopologyRun {
  return {
    message: 'go',
    answer: 'done',
    status: 'ok',
    agent: 'lead',
    traceId: TASK,
    caller: CALLER,
    services: ['lead'],
    spans,
    logs: [],
    metrics: [],
    ...more,
  };
}

test.each<[to: string, spans: readonly SpanRecord[]]>([
  ['the span of the caller', [loop(), step()]],
  ['that of its request', [request, loop({ links: [toRequest] }), step()]],
  ['the caller, past its request', [request, loop(), step()]],
])('a root that is linked to %s is as it should be', (_to, spans) => {
  expect(() => expectTaskLinked(runOf(spans))).not.toThrow();
});

const record = {
  service: 'lead',
  severity: 'INFO',
  body: 'request answered',
  traceId: CALLER.traceId,
  spanId: null,
  attributes: {},
  timeUnixNano: '1',
};
const ROOT = '"agent.agentic_loop" of lead (0000000000000001)';
const STEP = '"agent.step.1" of lead (0000000000000002)';

test.each<[what: string, run: TopologyRun, problem: string]>([
  [
    'a span stays behind',
    runOf([loop(), step({ traceId: CALLER.traceId, parentSpanId: CALLER.spanId })]),
    `${STEP} is in the trace of its caller, who did not wait`,
  ],
  [
    'a log record stays behind',
    runOf([loop()], { logs: [record] }),
    'a log record of lead is in the trace of its caller',
  ],
  [
    'the agent names another trace',
    runOf([loop()], { traceId: OTHER }),
    `the agent said that its trace is ${OTHER}, and it is ${TASK}`,
  ],
  ['its root is no loop', runOf([loop({ name: 'x' })]), `"x" of lead (0000000000000001) is no loop of lead`],
  [
    'its root is of another agent',
    runOf([loop({ service: 'aide' })]),
    `"${LOOP}" of aide (0000000000000001) is no loop of lead`,
  ],
  ['its root has no link', runOf([loop({ links: [] })]), `${ROOT} has 0 links, not one`],
  ['its root has two', runOf([loop({ links: [TO_CALLER, TO_CALLER] })]), `${ROOT} has 2 links, not one`],
  [
    'its root is linked to somebody else',
    runOf([loop({ links: [{ ...TO_CALLER, spanId: 'f'.repeat(16) }] })]),
    `${ROOT} is linked to ffffffffffffffff of ${CALLER.traceId}, which is not its caller`,
  ],
  [
    'more than its root is linked',
    runOf([loop(), step({ links: [TO_CALLER] })]),
    `${STEP} is linked to the caller too, and is no root`,
  ],
  [
    'a span is lost',
    runOf([loop(), step({ parentSpanId: 'e'.repeat(16) })]),
    `the parent of ${STEP}, eeeeeeeeeeeeeeee, is not there`,
  ],
  [
    'it is torn in two',
    runOf([loop(), step({ traceId: OTHER, parentSpanId: null, links: [TO_CALLER] })]),
    `
  the task is in 2 traces of its own, not in one
  the task has 2 roots, not one
  ${STEP} is no loop of lead`,
  ],
  [
    'there is nothing of it',
    runOf([]),
    `
  the task is in 0 traces of its own, not in one
  the task has 0 roots, not one`,
  ],
])('fails when %s', (_what, run, problem) => {
  expect(() => expectTaskLinked(run)).toThrow(new Error(`expectTaskLinked: ${problem}`));
});

test('fails when whoever asked waited', () => {
  const message = 'the run has a caller who waited; give runTopology `background: true`';
  expect(() => expectTaskLinked(runOf([loop()], { caller: null }))).toThrow(new TypeError(message));
});
