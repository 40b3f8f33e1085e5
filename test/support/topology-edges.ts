import { HTTP_PORT } from '../../runtime/contract';
import { type AgentNode, type Place, type Topology } from './topology';
import { NAMES } from './topology-app';

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
  return [...calls, ...reports].sort();
}

/** The collector that serves a place: the team's own, or that of the chart. */
export function collectorOf({ charts }: Topology, { chart, inTeam }: Place): string | undefined {
  const stacks = charts[chart]?.stacks;
  const isTeams = inTeam && (stacks === 'team' || stacks === 'both');
  const isCharts = stacks === 'chart' || stacks === 'both';
  return isTeams || isCharts ? workload({ chart }, 'otel-collector', NAMES.stack(chart, isTeams)) : undefined;
}

function workload({ chart }: Pick<Place, 'chart'>, kind: string, name: string): string {
  return `Deployment ${NAMES.chart(chart)}/${kind}-${name}`;
}
