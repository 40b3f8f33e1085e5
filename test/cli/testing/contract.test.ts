import { App } from 'cdk8s';
import { Research } from '../../../apps/research';
import {
  expectAnswered,
  expectCancelled,
  expectSingleTrace,
  runTopology,
  type RunTopologyOptions,
  type TopologyRun,
} from '../../../cli/testing';
import { unmet } from '../../support/expectations';
import { bundleMutated, type Mutation, type MutatedBundles } from '../../support/mutated-bundles';

const message = 'What is OpenTelemetry, and what is 19 plus 23?';
const bundles: MutatedBundles[] = [];
afterAll(() => bundles.forEach((each) => each.remove()));

async function run(
  options: Partial<RunTopologyOptions> = {},
  mutations: readonly Mutation[] = [],
): Promise<TopologyRun> {
  const chart = new Research(new App(), 'research');
  if (mutations.length === 0) return runTopology(chart, { message, ...options });
  const mutated = await bundleMutated(mutations);
  bundles.push(mutated);
  return runTopology(chart, { message, binDirectory: mutated.directory, ...options });
}

describe('a topology that nothing was taken from meets them all', () => {
  test('asked for a whole answer', async () => {
    expect(unmet(await run())).toEqual([]);
  }, 60_000);

  test('asked for a stream', async () => {
    const result = await run({ stream: true });
    expect(result.answer).toContain('42');
    expect(unmet(result)).toEqual([]);
  }, 60_000);

  test('asked in the background, by somebody with a trace of their own', async () => {
    const result = await run({ background: true });
    expect([result.status, result.answer]).toEqual(['ok', expect.stringContaining('42')]);
    expect(result.caller?.traceId).not.toBe(result.traceId);
    expect(unmet(result)).toEqual([]);
  }, 60_000);

  test('whose client hangs up', async () => {
    const result = await run({ fault: 'client-hangs-up' });
    expectCancelled(result);
    expectSingleTrace(result);
  }, 60_000);

  test('whose agent is stopped meanwhile', async () => {
    expect(unmet(await run({ fault: 'agent-is-stopped' }))).toEqual([]);
  }, 60_000);

  test.each([false, true])(
    'whose collector is away meanwhile; in the background: %s',
    async (background) => {
      expect(unmet(await run({ fault: 'collector-is-away', background }))).toEqual([]);
    },
    60_000,
  );
});

describe('fails before anything starts', () => {
  test.each<[what: string, options: Partial<RunTopologyOptions>, message: string]>([
    ['is to be streamed', { stream: true }, 'background and stream exclude each other; give one of them'],
    [
      'has a stream to hang up',
      { fault: 'client-hangs-up' },
      'background and the fault client-hangs-up, which needs a stream, exclude each other; give one of them',
    ],
  ])('when what is asked in the background %s', async (_what, options, message) => {
    await expect(run({ background: true, ...options })).rejects.toThrow(new TypeError(message));
  });
});

const AGENT_INJECTS = { file: 'runtime/process/http-client.ts', from: '...outgoingContext()', to: '' };
const AGENT_EXTRACTS = {
  file: 'runtime/agent/http/chat-route.ts',
  from: 'callerContext(request.headers)',
  to: 'callerContext({})',
};
const SERVER_EXTRACTS = {
  file: 'runtime/mcp-server/protocol.ts',
  from: 'mcpParent(mcpReq._meta, headers)',
  to: 'mcpParent({}, {})',
};
const META_INJECTS = { file: 'runtime/agent/mcp/mcp-client.ts', from: '_meta: outgoingContext()', to: '' };
const HEADERS_INJECT = { file: 'runtime/agent/mcp/mcp-fetch.ts', from: '...outgoingContext()', to: '' };

const CAUSES = {
  file: 'runtime/telemetry/trace-context.ts',
  from: 'cause && !trace.getSpan(active) ? [{ context: cause }] : []',
};

describe('what is taken from the runtime is found by name', () => {
  test.each<[string, Mutation[], string[]]>([
    [
      'an agent tells nobody whom it calls for',
      [AGENT_INJECTS],
      ['expectDelegationsParented', 'expectSingleTrace'],
    ],
    [
      'an agent does not listen whom it works for',
      [AGENT_EXTRACTS],
      ['expectDelegationsParented', 'expectSingleTrace'],
    ],
    [
      'a tool server does not listen whom it works for',
      [SERVER_EXTRACTS],
      ['expectSingleTrace', 'expectToolCallsParented'],
    ],
    [
      'an agent tells tool servers nothing, neither in headers nor in the message',
      [META_INJECTS, HEADERS_INJECT],
      ['expectSingleTrace', 'expectToolCallsParented'],
    ],
    [
      'tokens count twice',
      [
        {
          file: 'runtime/telemetry/with-span.ts',
          from: 'instruments.record(METRIC.genAiTokenUsage, count,',
          to: 'instruments.record(METRIC.genAiTokenUsage, 2 * count,',
        },
      ],
      ['expectUsageCountedOnce'],
    ],
    [
      'tool calls are counted by the client of MCP too',
      [
        {
          file: 'runtime/telemetry/with-span.ts',
          from: 'measure(operation, performance.now() - startedAt, failure, shown);',
          to: "measure(operation, performance.now() - startedAt, failure, shown); if (name.startsWith('mcp.tool.')) instruments.count(METRIC.toolCalls, identity);",
        },
      ],
      ['expectToolCallsParented'],
    ],
    [
      'spans tell what was said',
      [
        {
          file: 'runtime/telemetry/message-content.ts',
          from: 'return /^(true|1|yes|span_only|span_and_event)$/i.test(asked ??',
          to: "return 'always' || /^$/i.test(asked ??",
        },
      ],
      ['expectNoContent'],
    ],
    [
      'a metric has a series for each request',
      [
        {
          file: 'runtime/telemetry/with-span.ts',
          from: 'instruments.count(counted.counter, labels);',
          to: "instruments.count(counted.counter, { ...labels, 'session.id': String(durationMs) });",
        },
      ],
      ['expectBoundedSeries'],
    ],
  ])(
    'when %s',
    async (_what, mutations, expected) => {
      expect(unmet(await run({}, mutations))).toEqual(expected);
    },
    60_000,
  );

  test.each<[string, Mutation[], string[]]>([
    [
      'a task that nobody waits for stays in the trace of its caller',
      [
        {
          file: 'runtime/agent/a2a/executor.ts',
          from: 'isAwaited(call) ? work() : detached(work)',
          to: 'work()',
        },
      ],
      ['expectSingleTrace', 'expectTaskLinked'],
    ],
    ['its root is linked to nobody', [{ ...CAUSES, to: '[]' }], ['expectTaskLinked']],
    [
      'its root is linked twice',
      [{ ...CAUSES, to: 'cause && !trace.getSpan(active) ? [{ context: cause }, { context: cause }] : []' }],
      ['expectTaskLinked'],
    ],
    [
      'all that is done for it is linked',
      [{ ...CAUSES, to: 'cause ? [{ context: cause }] : []' }],
      ['expectTaskLinked'],
    ],
    [
      'nobody listens whose task it is',
      [
        {
          file: 'runtime/agent/a2a/a2a-route.ts',
          from: 'callerContext(request.headers)',
          to: 'callerContext({})',
        },
      ],
      ['expectTaskLinked'],
    ],
  ])(
    'in the background when %s',
    async (_what, mutations, expected) => {
      expect(unmet(await run({ background: true }, mutations))).toEqual(expected);
    },
    60_000,
  );

  test('one way to tell a tool server is enough', async () => {
    expect(unmet(await run({}, [META_INJECTS]))).toEqual([]);
    expect(unmet(await run({}, [HEADERS_INJECT]))).toEqual([]);
  }, 60_000);

  test('when what was cancelled does not say so', async () => {
    const silent = {
      file: 'runtime/telemetry/with-span.ts',
      from: 'span.setAttribute(ATTRIBUTE.cancelled, true);',
      to: '',
    };
    const result = await run({ fault: 'client-hangs-up' }, [silent]);
    expect(() => expectCancelled(result)).toThrow('did not end as cancelled');
  }, 60_000);

  test('when an agent does not finish what it is at', async () => {
    const hasty = {
      file: 'runtime/process/serve.ts',
      from: 'await drain(server, traffic, draining, log);',
      to: 'process.exit(0);',
    };
    const result = await run({ fault: 'agent-is-stopped' }, [hasty]);
    expect(() => expectAnswered(result)).toThrow('expectAnswered');
  }, 60_000);
});
