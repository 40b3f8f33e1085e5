import { kaos, resultsIn } from '../support/kaos';
import { paths, type Span } from '../support/span-edges';

const QUESTION = 'What is OpenTelemetry, and what is 19 plus 23?';
const SERVICES = ['analyst', 'calculator', 'coordinator', 'echo-search', 'llm-proxy', 'researcher'];

interface Results {
  readonly chart: string;
  readonly agent: string;
  readonly message: string;
  readonly answer: string;
  readonly status: string;
  readonly traceId: string;
  readonly spans: readonly Span[];
  readonly logs: readonly { service: string; body: string; traceId: string | null; spanId: string | null }[];
  readonly metrics: readonly {
    service: string;
    name: string;
    unit: string;
    type: string;
    points: readonly { attributes: Record<string, unknown>; value?: number; sum?: number; count?: number }[];
  }[];
}

describe('the research system, asked once', () => {
  let results: Results;
  let stderr: string;

  beforeAll(async () => {
    const ended = await kaos('run', 'research', '--message', QUESTION, '--json');
    expect(ended).toMatchObject({ code: 0 });
    stderr = ended.stderr;
    results = resultsIn(ended) as Results;
  }, 60_000);

  const counted = (service: string, name: string) =>
    results.metrics
      .filter((metric) => metric.service === service && metric.name === name)
      .flatMap(({ points }) => points.map(({ attributes, value }) => ({ ...attributes, value })));

  test('tells of each workload, and prints nothing but JSON on stdout', () => {
    for (const service of SERVICES) {
      expect(stderr).toMatch(new RegExp(`${service} +starting`));
      expect(stderr).toMatch(new RegExp(`${service} +ready in \\d+ ms`));
    }
    expect(results).toMatchObject({
      chart: 'research',
      agent: 'coordinator',
      message: QUESTION,
      status: 'ok',
    });
  });

  test('answers with what both tools returned', () => {
    expect(results.answer).toContain(`Echo: ${QUESTION}`);
    expect(results.answer).toContain('42');
  });

  test('makes exactly one trace, with one root and no orphan', () => {
    expect(new Set(results.spans.map((span) => span.traceId))).toEqual(new Set([results.traceId]));
    expect(results.spans.filter((span) => span.parentSpanId === null)).toMatchObject([
      { service: 'coordinator', name: 'agent.agentic_loop' },
    ]);
    expect(paths(results.spans).filter((path) => path.includes('(orphan)'))).toEqual([]);
  });

  test('has the parent and child edges of the contract, and no others', () => {
    const branch = (agent: string, server: string, tool: string) => {
      const loop = `coordinator/agent.agentic_loop > coordinator/agent.step.1 > coordinator/delegate.${agent} > ${agent}/agent.agentic_loop`;
      const call = `${loop} > ${agent}/agent.step.1 > ${agent}/tool.${tool}`;
      return [
        loop.split(' > ').slice(0, 3).join(' > '),
        ...loopOf(agent, loop),
        call,
        `${call} > ${agent}/mcp.tool.${tool}`,
        `${call} > ${agent}/mcp.tool.${tool} > ${server}/tools/call ${tool}`,
      ];
    };
    const loopOf = (agent: string, loop: string) => [
      loop,
      ...[1, 2].flatMap((step) => [
        `${loop} > ${agent}/agent.step.${step}`,
        `${loop} > ${agent}/agent.step.${step} > ${agent}/model.inference`,
        `${loop} > ${agent}/agent.step.${step} > ${agent}/model.inference > llm-proxy/Received Proxy Server Request`,
      ]),
    ];
    const expected = [
      ...loopOf('coordinator', 'coordinator/agent.agentic_loop'),
      ...branch('researcher', 'echo-search', 'echo'),
      ...branch('analyst', 'calculator', 'add'),
    ];
    expect(paths(results.spans)).toEqual(expected.sort());
  });

  test('has the kinds of the contract, and succeeds explicitly', () => {
    const kindOf = (name: RegExp) => [
      ...new Set(results.spans.filter((span) => name.test(span.name)).map((span) => span.kind)),
    ];
    expect(kindOf(/^agent\./)).toEqual(['INTERNAL']);
    expect(kindOf(/^(model\.inference|tool\.|mcp\.tool\.|delegate\.)/)).toEqual(['CLIENT']);
    expect(kindOf(/^(tools\/call|Received)/)).toEqual(['SERVER']);
    expect(new Set(results.spans.map((span) => span.status))).toEqual(new Set(['ok']));
  });

  test('counts each tool call and each delegation once', () => {
    const base = { success: 'true', value: 1 };
    expect(counted('researcher', 'kaos.tool.calls')).toEqual([
      { ...base, 'agent.name': 'researcher', tool: 'echo' },
    ]);
    expect(counted('analyst', 'kaos.tool.calls')).toEqual([
      { ...base, 'agent.name': 'analyst', tool: 'add' },
    ]);
    expect(counted('coordinator', 'kaos.tool.calls')).toEqual([]);
    expect(counted('coordinator', 'kaos.delegations')).toEqual(
      expect.arrayContaining([
        { ...base, 'agent.name': 'coordinator', target: 'researcher' },
        { ...base, 'agent.name': 'coordinator', target: 'analyst' },
      ]),
    );
    expect(counted('coordinator', 'kaos.delegations')).toHaveLength(2);
    for (const agent of ['coordinator', 'researcher', 'analyst']) {
      expect(counted(agent, 'kaos.requests')).toEqual([{ ...base, 'agent.name': agent }]);
      expect(counted(agent, 'kaos.model.calls')).toEqual([
        { ...base, value: 2, 'agent.name': agent, model: 'gpt-4o' },
      ]);
    }
  });

  test('counts the tokens of the model calls, in spans and metrics alike', () => {
    const inSpans = (type: 'input' | 'output') =>
      results.spans
        .filter((span) => span.name === 'model.inference')
        .reduce((sum, span) => sum + Number(span.attributes[`gen_ai.usage.${type}_tokens`]), 0);
    const inMetrics = (type: string) =>
      results.metrics
        .filter((metric) => metric.name === 'gen_ai.client.token.usage')
        .flatMap((metric) => metric.points)
        .filter((point) => point.attributes['gen_ai.token.type'] === type)
        .reduce((sum, point) => sum + (point.sum ?? 0), 0);
    expect(inSpans('input')).toBeGreaterThan(0);
    expect(inSpans('output')).toBeGreaterThan(0);
    expect(inMetrics('input')).toBe(inSpans('input'));
    expect(inMetrics('output')).toBe(inSpans('output'));
  });

  test('has log records of every service in that trace, each on a span of its own service', () => {
    const inTrace = results.logs.filter((log) => log.traceId === results.traceId);
    expect([...new Set(inTrace.map((log) => log.service))].sort()).toEqual(SERVICES);
    for (const log of inTrace) {
      expect(results.spans.find((span) => span.spanId === log.spanId)?.service).toBe(log.service);
    }
  });

  test('keeps message content out of spans and logs', () => {
    const exported = JSON.stringify({ spans: results.spans, logs: results.logs });
    expect(['19 plus', 'Echo:', 'Here is what'].filter((words) => exported.includes(words))).toEqual([]);
  });
});
