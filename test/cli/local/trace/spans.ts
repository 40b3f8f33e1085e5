import { type SpanRecord } from '../../../../cli/local/collector/records';

const START = 1_700_000_000_000_000_000n;
const tokens = (input: number, output: number) => ({
  attributes: {
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.output_tokens': output,
  },
});

/** One request through two agents and a tool, out of order as exporters send it. */
export const spans = [
  span('6', '5', 'echo-search', 'tools/call echo', 61, 110),
  span('3', '2', 'coordinator', 'model.inference', 2, 33, tokens(820, 64)),
  span('1', null, 'coordinator', 'agent.agentic_loop', 0, 312, tokens(1020, 128)),
  span('4', '2', 'coordinator', 'delegate.researcher', 34, 174),
  span('2', '1', 'coordinator', 'agent.step.1', 1, 201),
  span('5', '4', 'researcher', 'agent.agentic_loop', 36, 172, tokens(384, 246)),
];

export function span(
  id: string,
  parent: string | null,
  service: string,
  name: string,
  fromMs: number,
  toMs: number,
  more: Partial<SpanRecord> = {},
): SpanRecord {
  const nano = (ms: number) => (START + BigInt(Math.round(ms * 1e6))).toString();
  return {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: id.padStart(16, '0'),
    parentSpanId: parent?.padStart(16, '0') ?? null,
    service,
    name,
    kind: 'INTERNAL',
    status: 'ok',
    statusMessage: '',
    startUnixNano: nano(fromMs),
    endUnixNano: nano(toMs),
    attributes: {},
    events: [],
    links: [],
    scope: '',
    resource: {},
    ...more,
  };
}
