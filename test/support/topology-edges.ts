import { HTTP_PORT } from '../../runtime/contract';
import { type AgentNode, type Place, podsOf, type Space, type Topology } from './topology';
import { NAMES } from './topology-names';

/** Where collectors take what workloads report. */
const OTLP_PORT = 4317;
const OLLAMA_PORT = 11434;

/** Who may call whom by the graph alone, in the words of `Reachability.ways`: `from -> to:port`, sorted. */
export function edgesOf(topology: Topology): string[] {
  const { gateways, servers, agents } = topology;
  const gateway = gateways.map(({ place }, index) => workload(place, 'modelapi', NAMES.gateway(index)));
  const server = servers.map(({ place }, index) => workload(place, 'mcpserver', NAMES.server(index)));
  const agent = agents.map(({ place }, index) => workload(place, 'agent', NAMES.agent(index)));
  const toGateway = (index: number) => {
    const port = { proxy: HTTP_PORT, hosted: OLLAMA_PORT, elsewhere: undefined }[
      gateways[index]?.kind ?? 'elsewhere'
    ];
    return port === undefined ? [] : [`${gateway[index]}:${port}`];
  };

  const calls = [
    ...agents.flatMap((node: AgentNode, index) => {
      const called = [
        ...node.servers.map((one) => server[one]),
        ...[...node.subAgents, ...node.cyclic].map((one) => agent[one]),
      ];
      const targets = [...toGateway(node.gateway), ...called.map((to) => `${to}:${HTTP_PORT}`)];
      return targets.map((to) => `${agent[index]} -> ${to}`);
    }),
    ...gateways.flatMap(({ kind, behind }, index) =>
      kind === 'proxy' && behind === 'first' ? toGateway(0).map((to) => `${gateway[index]} -> ${to}`) : [],
    ),
  ];
  const reports = [
    // Ollama has nothing to report.
    ...gateways.map(({ place, kind }, index) => [
      gateway[index],
      kind === 'proxy' ? collectorOf(topology, place) : undefined,
    ]),
    ...servers.map(({ place }, index) => [server[index], collectorOf(topology, place)]),
    ...agents.map(({ place, isSilent }, index) => [
      agent[index],
      isSilent ? undefined : collectorOf(topology, place),
    ]),
  ].flatMap(([from, to]) => (to === undefined ? [] : [`${from} -> ${to}:${OTLP_PORT}`]));
  const deals = collectorsOf(topology)
    .filter(({ front, sender }) => front !== sender)
    .map(({ front, sender }) => `${front} -> ${sender}:${OTLP_PORT}`);
  return [...calls, ...reports, ...deals].sort();
}

/** The collector that serves a place: the team's own, or that of the chart. */
export function collectorOf({ charts }: Topology, { chart, inTeam }: Place): string | undefined {
  return collectorsAt(charts[chart], chart).find((one) => one.inTeam === inTeam || !one.inTeam)?.front;
}

/** A stack of collectors: what is reported to, and what sends on, which is the same unless traces are dealt out. */
export interface Collector {
  readonly inTeam: boolean;
  readonly front: string;
  readonly sender: string;
}

/** The collectors of all charts. */
export function collectorsOf({ charts }: Topology): (Collector & { readonly space: Space })[] {
  return charts.flatMap((space, chart) => collectorsAt(space, chart).map((one) => ({ ...one, space })));
}

function collectorsAt(space: Space | undefined, chart: number): Collector[] {
  if (!space) return [];
  const { stacks, isSampling, hasQueue, options } = space;
  return [true, false]
    .filter((inTeam) => stacks === 'both' || stacks === (inTeam ? 'team' : 'chart'))
    .map((inTeam) => {
      const name = NAMES.stack(chart, inTeam);
      const isDealing = isSampling && podsOf(options) > 1;
      const front = workload({ chart }, 'otel-collector', name, hasQueue && !isDealing);
      const sender = isDealing ? workload({ chart }, 'otel-collector', `${name}-sampler`, true) : front;
      return { inTeam, front, sender };
    });
}

function workload({ chart }: Pick<Place, 'chart'>, kind: string, name: string, hasState = false): string {
  return `${hasState ? 'StatefulSet' : 'Deployment'} ${NAMES.chart(chart)}/${kind}-${name}`;
}
