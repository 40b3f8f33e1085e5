import { HTTP_PORT } from '../../runtime/contract';
import { type AgentNode, type Place, type Topology } from './topology';
import { NAMES } from './topology-app';

/** Where collectors take what workloads report. */
const OTLP_PORT = 4317;

/** Who may call whom by the graph alone, in the words of `Reachability.ways`: `from -> to:port`, sorted. */
export function edgesOf(topology: Topology): string[] {
  const { gateways, servers, agents } = topology;
  const gateway = gateways.map(({ place }, index) => workload(place, 'modelapi', NAMES.gateway(index)));
  const server = servers.map(({ place }, index) => workload(place, 'mcpserver', NAMES.server(index)));
  const agent = agents.map(({ place }, index) => workload(place, 'agent', NAMES.agent(index)));

  const calls = agents.flatMap((node: AgentNode, index) => {
    const called = [
      gateway[node.gateway],
      ...node.servers.map((one) => server[one]),
      ...[...node.subAgents, ...node.cyclic].map((one) => agent[one]),
    ];
    return called.map((to) => `${agent[index]} -> ${to}:${HTTP_PORT}`);
  });
  const reports = [
    ...gateways.map(({ place }, index) => [gateway[index], collectorOf(topology, place)]),
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
