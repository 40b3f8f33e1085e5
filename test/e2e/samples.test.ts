import { kaos, resultsIn } from '../support/kaos';
import { paths, type Span } from '../support/span-edges';

const QUESTION = 'Say hello, and what is 19 plus 23?';

/** An agent of a sample, and all that it may call. */
interface Member {
  readonly name: string;
  /** Tools by the server that has them. */
  readonly tools: Readonly<Record<string, string>>;
  readonly subAgents?: readonly Member[];
}

interface Sample {
  readonly chart: string;
  /** Undefined where agents call the hosted model itself, which has no telemetry. */
  readonly gateway: string | undefined;
  readonly lead: Member;
}

const echo = (server: string) => ({ [server]: 'echo' });

const SAMPLES: readonly Sample[] = [
  {
    chart: 'simple-echo',
    gateway: undefined,
    lead: { name: 'simple-agent', tools: echo('simple-echo') },
  },
  {
    chart: 'multi-agent',
    gateway: undefined,
    lead: {
      name: 'coordinator',
      tools: echo('multi-echo'),
      subAgents: ['worker-1', 'worker-2'].map((name) => ({ name, tools: echo('multi-echo') })),
    },
  },
  {
    chart: 'hierarchical',
    gateway: 'hierarchy-modelapi',
    lead: {
      name: 'supervisor',
      tools: echo('hierarchy-echo'),
      subAgents: [
        {
          name: 'research-lead',
          tools: echo('hierarchy-echo'),
          subAgents: ['researcher-1', 'researcher-2'].map((name) => ({
            name,
            tools: echo('hierarchy-echo'),
          })),
        },
        {
          name: 'analysis-lead',
          tools: { 'hierarchy-calculator': 'add' },
          subAgents: [{ name: 'analyst-1', tools: { 'hierarchy-calculator': 'add' } }],
        },
      ],
    },
  },
  {
    chart: 'dev-ollama-proxy',
    gateway: 'dev-ollama-proxy',
    lead: { name: 'dev-agent', tools: echo('dev-echo') },
  },
];

describe.each(SAMPLES)('sample $chart', ({ chart, gateway, lead }) => {
  let results: { agent: string; status: string; answer: string; traceId: string; spans: readonly Span[] };

  beforeAll(async () => {
    const ended = await kaos('run', chart, '--message', QUESTION, '--json');
    expect(ended).toMatchObject({ code: 0 });
    results = resultsIn(ended) as typeof results;
  }, 90_000);

  test('answers with what every tool returned', () => {
    expect(results).toMatchObject({ agent: lead.name, status: 'ok' });
    expect(results.answer).toContain(`Echo: ${QUESTION}`);
    const calculates = membersOf(lead).some(({ tools }) => Object.values(tools).includes('add'));
    expect(results.answer.includes('42')).toBe(calculates);
  });

  test('makes one trace that exercises every edge, and no other', () => {
    expect(new Set(results.spans.map(({ traceId }) => traceId))).toEqual(new Set([results.traceId]));
    expect(paths(results.spans)).toEqual(loopOf(lead, gateway, '').sort());
  });

  test('fails nowhere', () => {
    expect(results.spans.filter(({ status }) => status !== 'ok')).toEqual([]);
  });
});

function membersOf(member: Member): Member[] {
  return [member, ...(member.subAgents ?? []).flatMap(membersOf)];
}

/** The spans of an agent that calls everything once and then answers, each with the way to it. */
function loopOf(
  { name, tools, subAgents = [] }: Member,
  gateway: string | undefined,
  above: string,
): string[] {
  const loop = `${above}${name}/agent.agentic_loop`;
  const [first, second] = [1, 2].map((step) => `${loop} > ${name}/agent.step.${step}`);
  const inferences = [first, second].flatMap((step) => {
    const inference = `${step} > ${name}/model.inference`;
    return [
      inference,
      ...(gateway === undefined ? [] : [`${inference} > ${gateway}/Received Proxy Server Request`]),
    ];
  });
  const calls = Object.entries(tools).flatMap(([server, tool]) => {
    const call = `${first} > ${name}/tool.${tool}`;
    const request = `${call} > ${name}/mcp.tool.${tool}`;
    return [call, request, `${request} > ${server}/tools/call ${tool}`];
  });
  const delegations = subAgents.flatMap((agent) => {
    const delegation = `${first} > ${name}/delegate.${agent.name}`;
    return [delegation, ...loopOf(agent, gateway, `${delegation} > `)];
  });
  return [loop, String(first), String(second), ...inferences, ...calls, ...delegations];
}
