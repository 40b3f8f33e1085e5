import { type AgentNode, MODELS, type Options, type Server, type Topology } from '../support/topology';
import { NAMES } from '../support/topology-names';
import { collectorOf, collectorsOf } from '../support/topology-edges';

/** A change of one part of an app, and the workloads whose pods it must replace; undefined when it does not apply. */
export type Change = (
  topology: Topology,
  pick: number,
) => { before?: Topology; after: Topology; rolled: string[] } | undefined;

export const CHANGES: Record<string, Change> = {
  'other instructions roll their agent': agentChange((agent) => ({
    ...agent,
    instructions: `${agent.instructions}!`,
  })),
  'another variable rolls its agent': optionsChange({ variable: 'another' }),
  'more memory rolls its agent': optionsChange({ memoryMebibytes: 777 }),
  'another log level rolls its agent': (topology, pick) =>
    agentChange((agent) => {
      const logLevel = agent.options.logLevel === 'DEBUG' ? 'ERROR' : 'DEBUG';
      return { ...agent, options: { ...agent.options, logLevel } };
    })(topology, pick),
  'another number of pods above one rolls nothing': (topology, pick) => {
    const before = podsChange(2)(topology, pick)?.after ?? topology;
    const change = podsChange(3)(before, pick);
    return change && { ...change, before, rolled: [] };
  },
  'a second pod rolls the first, for from then on they keep apart': (topology, pick) => {
    const before = podsChange(1)(topology, pick)?.after ?? topology;
    const change = podsChange(2)(before, pick);
    return change && { ...change, before };
  },
  'a way in from outside rolls nothing': (topology, pick) => {
    const change = agentChange(({ options: { exposure, ...options }, ...agent }) => ({
      ...agent,
      options: exposure ? options : { ...options, exposure: 'gateway' },
    }))(topology, pick);
    return change && { ...change, rolled: [] };
  },
  'a new edge rolls the agent that calls, and neither the one that is called nor its other callers': (
    topology,
    pick,
  ) => {
    const index = pick % topology.agents.length;
    const agent = topology.agents[index];
    const added = [...Array(index).keys()].find((one) => !agent?.subAgents.includes(one));
    if (added === undefined) return undefined;
    return agentChange((one) => ({ ...one, subAgents: [...one.subAgents, added] }))(topology, pick);
  },
  'a new tool server for an agent rolls that agent alone': (topology, pick) => {
    const server = { place: { chart: 0, inTeam: false }, isForeign: false, options: {} };
    const servers = [...topology.servers, server];
    const change = agentChange((agent) => ({ ...agent, servers: [...agent.servers, servers.length - 1] }))(
      topology,
      pick,
    );
    return change && { ...change, after: { ...change.after, servers } };
  },
  'another gateway for an agent rolls that agent alone': (topology, pick) => {
    const { length } = topology.gateways;
    if (length < 2) return undefined;
    return agentChange((agent) => ({ ...agent, gateway: (agent.gateway + 1) % length }))(topology, pick);
  },
  'sessions kept elsewhere roll their agent': agentChange((agent) => ({
    ...agent,
    memory: agent.memory === 'redis' ? 'none' : 'redis',
  })),
  'keys asked for roll the agent and those that delegate to it': (topology, pick) => {
    const index = pick % topology.agents.length;
    const change = agentChange((agent) => ({ ...agent, hasKeys: !agent.hasKeys }))(topology, pick);
    const callers = [...topology.agents.keys()].filter((one) => {
      const agent = topology.agents[one];
      return agent?.subAgents.includes(index) || agent?.cyclic.includes(index);
    });
    return change && { ...change, rolled: [index, ...callers].map((one) => agentName(topology, one)) };
  },
  'a new agent rolls none of those that were there': (topology, pick) => {
    const place = { chart: pick % topology.charts.length, inTeam: pick % 2 === 0 };
    const agent = {
      place,
      gateway: 0,
      servers: [],
      subAgents: [...topology.agents.keys()],
      cyclic: [],
      callsOutside: true,
      hasKeys: true,
      isSilent: false,
      options: {},
    };
    return { after: { ...topology, agents: [...topology.agents, agent] }, rolled: [] };
  },
  'an agent that goes rolls those that could delegate to it': (topology) => {
    const last = topology.agents.length - 1;
    const callers = [...topology.agents.keys()].filter((one) => topology.agents[one]?.cyclic.includes(last));
    const agents = topology.agents
      .slice(0, last)
      .map((agent) => ({ ...agent, cyclic: agent.cyclic.filter((one) => one !== last) }));
    return { after: { ...topology, agents }, rolled: callers.map((one) => agentName(topology, one)) };
  },
  'another model in a gateway rolls the gateway': (topology, pick) => {
    const index = pick % topology.gateways.length;
    const gateway = topology.gateways[index];
    const added = MODELS.find((model) => !gateway?.models.includes(model));
    // What stands in front of another gateway can serve no more than that one.
    if (added === undefined || gateway?.behind === 'first') return undefined;
    const gateways = replaced(topology.gateways, index, (one) => ({
      ...one,
      models: [...one.models, added],
    }));
    return { after: { ...topology, gateways }, rolled: gatewayName(topology, index) };
  },
  'a key for a provider rolls the gateway': (topology, pick) => {
    const index = pick % topology.gateways.length;
    if (topology.gateways[index]?.kind !== 'proxy') return undefined;
    const gateways = replaced(topology.gateways, index, (one) => ({ ...one, hasKey: !one.hasKey }));
    return { after: { ...topology, gateways }, rolled: gatewayName(topology, index) };
  },
  'a variable of a tool server rolls that server': serverChange((server) => ({
    ...server,
    options: { ...server.options, variable: 'another' },
  })),
  'keys that a tool server asks for roll it and the agents that use it': (topology, pick) => {
    const index = pick % Math.max(topology.servers.length, 1);
    const { isForeign, module } = topology.servers[index] ?? {};
    // The process of others asks for none.
    if (isForeign && module === undefined) return undefined;
    const change = serverChange((server) => ({ ...server, hasKeys: !server.hasKeys }))(topology, pick);
    const users = [...topology.agents.keys()].filter((one) => topology.agents[one]?.servers.includes(index));
    const rolled = users.map((one) => agentName(topology, one));
    return change && { ...change, rolled: [...change.rolled, ...rolled] };
  },
  'another text of a tool module rolls its server': (topology, pick) => {
    const before = serverChange((server) => ({ ...server, module: toolModule('hello') }))(
      topology,
      pick,
    )?.after;
    const change = serverChange((server) => ({ ...server, module: toolModule('good-bye') }))(topology, pick);
    return before && change && { ...change, before };
  },
  'another backend rolls the collectors that send to it': (topology, pick) => {
    const chart = pick % topology.charts.length;
    const charts = replaced(topology.charts, chart, (one) => ({
      ...one,
      backend: one.backend === 'signoz' ? ('elsewhere' as const) : ('signoz' as const),
    }));
    const senders = collectorsOf(topology).filter(({ space }) => space === topology.charts[chart]);
    return { after: { ...topology, charts }, rolled: senders.map(({ sender }) => sender) };
  },
  'telemetry switched off rolls its agent': (topology, pick) => {
    const agent = topology.agents[pick % topology.agents.length];
    const isServed = agent && collectorOf(topology, agent.place) !== undefined;
    const change = agentChange((one) => ({ ...one, isSilent: !one.isSilent }))(topology, pick);
    return change && { ...change, rolled: isServed ? change.rolled : [] };
  },
};

const agentName = ({ agents }: Topology, index: number) =>
  `Deployment ${NAMES.chart(agents[index]?.place.chart ?? 0)}/agent-${NAMES.agent(index)}`;
/** The workload of a gateway, which those of others do not have here. */
function gatewayName({ gateways }: Topology, index: number): string[] {
  const { place, kind } = gateways[index] ?? {};
  return kind === 'elsewhere'
    ? []
    : [`Deployment ${NAMES.chart(place?.chart ?? 0)}/modelapi-${NAMES.gateway(index)}`];
}
const serverName = ({ servers }: Topology, index: number) =>
  `Deployment ${NAMES.chart(servers[index]?.place.chart ?? 0)}/mcpserver-${NAMES.server(index)}`;

function replaced<T>(items: readonly T[], index: number, change: (item: T) => T): T[] {
  return items.map((item, at) => (at === index ? change(item) : item));
}

function agentChange(change: (agent: AgentNode, topology: Topology) => AgentNode): Change {
  return (topology, pick) => {
    const index = pick % topology.agents.length;
    const agents = replaced(topology.agents, index, (agent) => change(agent, topology));
    return { after: { ...topology, agents }, rolled: [agentName(topology, index)] };
  };
}

function optionsChange(options: Options): Change {
  return agentChange((agent) => ({ ...agent, options: { ...agent.options, ...options } }));
}

/** So many pods of an agent, whose sessions none of them keeps. */
function podsChange(replicas: number): Change {
  return agentChange(({ options, ...agent }) => ({
    ...agent,
    memory: 'none',
    options: { ...options, replicas, scaling: undefined },
  }));
}

function serverChange(change: (server: Server) => Server): Change {
  return (topology, pick) => {
    if (topology.servers.length === 0) return undefined;
    const index = pick % topology.servers.length;
    const after = { ...topology, servers: replaced(topology.servers, index, change) };
    return { after, rolled: [serverName(topology, index)] };
  };
}

/** Two modules of the same name, which differ in what their tool says. */
function toolModule(text: 'hello' | 'good-bye'): string {
  return `test/manifests/tool-modules/${text}/speak.ts`;
}
