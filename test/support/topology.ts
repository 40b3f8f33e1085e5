import * as fc from 'fast-check';

/** Where something is declared: in a chart, or in a scope of a team within it. */
export interface Place {
  readonly chart: number;
  readonly inTeam: boolean;
}

/** What is said of a workload beside what it does; nothing of it where undefined. */
export interface Options {
  readonly replicas?: number;
  readonly scaling?: { readonly by: 'cpu' | 'requests'; readonly least: number; readonly more: number };
  readonly memoryMebibytes?: number;
  readonly logLevel?: 'DEBUG' | 'ERROR';
  readonly podLabel?: string;
  readonly variable?: string;
  /** Whether it says where its pods run, and what else a pod can be told. */
  readonly isTuned?: boolean;
  /** How clients outside the cluster reach it. */
  readonly exposure?: 'ingress' | 'gateway';
}

export interface Gateway {
  readonly place: Place;
  /** A LiteLLM proxy, models that the cluster hosts, or a gateway that somebody else runs. */
  readonly kind: 'proxy' | 'hosted' | 'elsewhere';
  readonly models: readonly string[];
  /** What a proxy stands in front of; the first gateway, unless it is that itself. */
  readonly behind: 'provider' | 'other-provider' | 'service' | 'first';
  readonly hasKey: boolean;
  /** Whether a proxy counts in Redis. */
  readonly hasRedis: boolean;
  /** Whether hosted models outlive their pod. */
  readonly hasClaim: boolean;
  readonly options: Options;
}

export interface Server {
  readonly place: Place;
  /** Path of its tool module, when it is not the one that all share. */
  readonly module?: string;
  /** Whether somebody else wrote it, where no module is given. */
  readonly isForeign: boolean;
  /** Whether it asks its callers for a key, where it is ours. */
  readonly hasKeys?: boolean;
  readonly options: Options;
}

export interface AgentNode {
  readonly place: Place;
  readonly gateway: number;
  readonly servers: readonly number[];
  /** Agents before it, so that nobody delegates in a circle. */
  readonly subAgents: readonly number[];
  /** Agents after it, to which it may delegate although that can close a circle. */
  readonly cyclic: readonly number[];
  /** Whether it may delegate to an agent that somebody else runs. */
  readonly callsOutside: boolean;
  /** Where it keeps sessions; in the process unless said. */
  readonly memory?: 'redis' | 'none';
  /** Whether its callers show a key. */
  readonly hasKeys: boolean;
  readonly instructions?: string;
  readonly isSilent: boolean;
  readonly options: Options;
}

/** A namespace, and the collectors in it, which are all alike. */
export interface Space {
  /** Whom they serve: all of it, its team, both apart, or nobody. */
  readonly stacks: 'none' | 'chart' | 'team' | 'both';
  readonly backend: 'signoz' | 'elsewhere';
  /** Whether they leave out traces once they know them whole. */
  readonly isSampling: boolean;
  /** Whether what they could not send outlives them. */
  readonly hasQueue: boolean;
  /** Pods whose names they look up. */
  readonly podReach?: 'namespace' | 'cluster';
  readonly options: Options;
}

/** An app as plain data: the graph, and what is said of each part. */
export interface Topology {
  /** Whether the cluster has a domain, a registry and name servers of its own. */
  readonly isSpecial: boolean;
  /** Whether Argo CD delivers it, with Secrets from a store, a Gateway, alerts and a dashboard of its own. */
  readonly isDelivered: boolean;
  readonly charts: readonly Space[];
  readonly gateways: readonly Gateway[];
  readonly servers: readonly Server[];
  readonly agents: readonly AgentNode[];
}

export const MODELS = ['gpt-4o', 'gpt-4o-mini', 'o3'];

/** Apps of one to three namespaces and up to eleven workloads beside collectors. */
export function topologies(): fc.Arbitrary<Topology> {
  return fc
    .record({
      charts: fc.integer({ min: 1, max: 3 }),
      gateways: fc.integer({ min: 1, max: 3 }),
      servers: fc.nat(3),
    })
    .chain((counts) =>
      fc.record({
        isSpecial: fc.boolean(),
        isDelivered: fc.boolean(),
        charts: fc.array(chart(), { minLength: counts.charts, maxLength: counts.charts }),
        gateways: fc
          .array(gateway(counts.charts), {
            minLength: counts.gateways,
            maxLength: counts.gateways,
          })
          .map(withFirst),
        servers: fc.array(server(counts.charts), { minLength: counts.servers, maxLength: counts.servers }),
        agents: fc.array(agent(counts), { minLength: 1, maxLength: 5 }).map(asGraph),
      }),
    );
}

function chart(): fc.Arbitrary<Space> {
  return fc.record(
    {
      stacks: fc.constantFrom('none', 'none', 'chart', 'team', 'both'),
      backend: fc.constantFrom('signoz', 'elsewhere'),
      isSampling: fc.boolean(),
      hasQueue: fc.boolean(),
      podReach: fc.constantFrom('namespace', 'cluster'),
      options: options(['cpu']).map(({ replicas, scaling, podLabel, isTuned }) => ({
        ...(replicas && { replicas }),
        ...(scaling && { scaling }),
        ...(podLabel && { podLabel }),
        ...(isTuned && { isTuned }),
      })),
    },
    { requiredKeys: ['stacks', 'backend', 'isSampling', 'hasQueue', 'options'] },
  );
}

function gateway(charts: number): fc.Arbitrary<Gateway> {
  return fc
    .record({
      place: place(charts),
      kind: fc.constantFrom('proxy', 'proxy', 'hosted', 'elsewhere'),
      models: fc.subarray(MODELS, { minLength: 1 }),
      behind: fc.constantFrom('provider', 'other-provider', 'service', 'first'),
      hasKey: fc.boolean(),
      hasRedis: fc.boolean(),
      hasClaim: fc.boolean(),
      options: options(['cpu']),
    })
    .map((one) => ({ ...one, hasClaim: one.hasClaim && podsOf(one.options) === 1 }));
}

function server(charts: number): fc.Arbitrary<Server> {
  return fc.record({
    place: place(charts),
    isForeign: fc.boolean(),
    hasKeys: fc.boolean(),
    options: options(['cpu']),
  });
}

function agent(counts: { charts: number; gateways: number; servers: number }): fc.Arbitrary<AgentNode> {
  return fc.record(
    {
      place: place(counts.charts),
      gateway: fc.nat(counts.gateways - 1),
      servers: fc.subarray(upTo(counts.servers)),
      subAgents: fc.subarray(upTo(5)),
      cyclic: fc.subarray(upTo(5), { maxLength: 1 }),
      callsOutside: fc.boolean(),
      memory: fc.constantFrom('redis', 'none'),
      hasKeys: fc.boolean(),
      instructions: fc.constantFrom(
        'Answer.',
        'Say $(HOME) and "quotes": ünïcode.\n',
        '  leading: space\n\n',
      ),
      isSilent: fc.boolean(),
      options: options(['cpu', 'requests']),
    },
    {
      requiredKeys: [
        'place',
        'gateway',
        'servers',
        'subAgents',
        'cyclic',
        'callsOutside',
        'hasKeys',
        'isSilent',
        'options',
      ],
    },
  );
}

function options(signals: readonly ('cpu' | 'requests')[]): fc.Arbitrary<Options> {
  const scaling = fc.record({
    by: fc.constantFrom(...signals),
    least: fc.integer({ min: 1, max: 3 }),
    more: fc.nat(5),
  });
  return fc
    .record(
      {
        replicas: fc.integer({ min: 1, max: 3 }),
        scaling,
        memoryMebibytes: fc.constantFrom(96, 600, 1024, 3072),
        logLevel: fc.constantFrom('DEBUG', 'ERROR'),
        exposure: fc.constantFrom('ingress', 'gateway'),
        isTuned: fc.boolean(),
        podLabel: fc.constantFrom('a', 'A.b_c-d', 'x'.repeat(63)),
        variable: fc.constantFrom('', 'plain', '$(HOME) costs $5', 'ünïcode $ä'),
      },
      { requiredKeys: [] },
    )
    .map(({ replicas, ...rest }) => (rest.scaling ? rest : { ...rest, ...(replicas && { replicas }) }));
}

function place(charts: number): fc.Arbitrary<Place> {
  return fc.record({ chart: fc.nat(charts - 1), inTeam: fc.boolean() });
}

/** Agents that refer to those that there are, in the directions meant; several pods of one keep no sessions of their own. */
function asGraph(agents: AgentNode[]): AgentNode[] {
  return agents.map(({ memory, ...one }, index) => ({
    ...one,
    ...((memory ?? (podsOf(one.options) > 1 ? 'none' : undefined)) && { memory: memory ?? 'none' }),
    subAgents: one.subAgents.filter((sub) => sub < index),
    cyclic: one.cyclic.filter((sub) => sub > index && sub < agents.length),
  }));
}

/** Nothing stands behind the first; what stands in front of it serves what it serves. */
function withFirst([first, ...others]: Gateway[]): Gateway[] {
  if (!first) return [];
  const provided: Gateway = first.behind === 'first' ? { ...first, behind: 'provider' } : first;
  return [
    provided,
    ...others.map((one) => (one.behind === 'first' ? { ...one, models: first.models } : one)),
  ];
}

/** How many pods there may be at once. */
export function podsOf({ replicas = 1, scaling }: Options): number {
  return scaling ? scaling.least + scaling.more : replicas;
}

function upTo(count: number): number[] {
  return [...Array(count).keys()];
}
