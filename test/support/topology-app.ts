import { App, Chart, Size, Testing } from 'cdk8s';
import { Secret, type SecretValue } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  Agent,
  Autoscaling,
  Cluster,
  Exposure,
  MCPServer,
  Memory,
  ModelAPI,
  ModelStorage,
  OtlpExporter,
  RedisConnection,
  TelemetryStack,
  Tools,
  type WorkloadOptions,
} from '../../constructs';
import { type Manifest } from './synth';
import { type AgentNode, type Gateway, type Options, type Place, type Topology } from './topology';

/** The one tool module of nearly all servers: bundling is what takes time. */
const TOOL_MODULE = 'test/constructs/tool-modules/greet.ts';

const SPECIAL_CLUSTER = {
  domain: 'k8s.example.com',
  imageRegistry: 'registry.example.com:5000/kaos',
  dns: { namespace: 'openshift-dns', podLabels: { app: 'dns' }, port: 5353, cidrs: ['169.254.20.10/32'] },
};

/** Names of parts, by which they are found among the manifests. */
export const NAMES = {
  chart: (index: number) => `space-${index}`,
  gateway: (index: number) => `models-${index}`,
  server: (index: number) => `tools-${index}`,
  agent: (index: number) => `worker-${index}`,
  stack: (chart: number, inTeam: boolean) => `${inTeam ? 'team' : 'chart'}-${chart}`,
};

/** All objects of a topology's app. */
export function manifestsOf(topology: Topology, order = 0): Manifest[] {
  return buildApp(topology, order).charts.flatMap((chart) => Testing.synth(chart));
}

/** As `manifestsOf`, but each topology is synthesized once: that takes longer than all that is asked of it. */
export function rememberedManifests(): (topology: Topology) => Manifest[] {
  const known = new Map<string, Manifest[]>();
  return (topology) => {
    const key = JSON.stringify(topology);
    const objects = known.get(key) ?? manifestsOf(topology);
    known.set(key, objects);
    return objects;
  };
}

/**
 * The app of a topology, by the public API alone.
 *
 * @param order in which its parts are declared: each number gives another, in which only what is referred to comes
 *   before what refers to it
 */
export function buildApp(topology: Topology, order = 0): App {
  const app = new App();
  if (topology.isSpecial) Cluster.configure(app, SPECIAL_CLUSTER);
  const random = mulberry32(order);
  const scopes = new Map<string, Construct>();
  for (const index of shuffled([...topology.charts.keys()], random)) {
    const chart = new Chart(app, NAMES.chart(index), { namespace: NAMES.chart(index) });
    scopes.set(key({ chart: index, inTeam: false }), chart);
    scopes.set(key({ chart: index, inTeam: true }), new Construct(chart, 'team'));
  }
  const parts = new Parts(topology, (place) => existing(scopes.get(key(place))));
  shuffled(parts.declarations, random).forEach((declare) => declare());
  parts.closeCycles();
  return app;
}

/** The parts of an app, each declared when it is first asked for. */
class Parts {
  private readonly gateways = new Map<number, ModelAPI>();
  private readonly servers = new Map<number, MCPServer>();
  private readonly agents = new Map<number, Agent>();

  constructor(
    private readonly topology: Topology,
    private readonly scopeOf: (place: Place) => Construct,
  ) {}

  get declarations(): (() => unknown)[] {
    const { charts, gateways, servers, agents } = this.topology;
    return [
      ...charts.flatMap(({ stacks, backend }, chart) =>
        [false, true]
          .filter((inTeam) => stacks === 'both' || stacks === (inTeam ? 'team' : 'chart'))
          .map((inTeam) => () => this.stack({ chart, inTeam }, backend)),
      ),
      ...gateways.map((_, index) => () => this.gateway(index)),
      ...servers.map((_, index) => () => this.server(index)),
      ...agents.map((_, index) => () => this.agent(index)),
    ];
  }

  /** In the order of the topology: an agent's own list is in the order in which it was told. */
  closeCycles(): void {
    this.topology.agents.forEach(({ cyclic }, index) => {
      for (const other of cyclic) this.agent(index).addSubAgent(this.agent(other), { allowCycle: true });
    });
  }

  private stack(place: Place, backend: 'signoz' | 'elsewhere'): void {
    const exporter =
      backend === 'signoz'
        ? OtlpExporter.signoz()
        : OtlpExporter.otlp({ endpoint: 'telemetry.example.com:4317' });
    new TelemetryStack(this.scopeOf(place), NAMES.stack(place.chart, place.inTeam), {
      exporters: [exporter],
    });
  }

  private gateway(index: number): ModelAPI {
    return once(this.gateways, index, () => {
      const { place, kind, models, hasKey, hasClaim, options, ...rest } = existing(
        this.topology.gateways[index],
      );
      const scope = this.scopeOf(place);
      const name = NAMES.gateway(index);
      const apiKey = hasKey ? secretValue(scope, `key-${index}`, 'provider') : undefined;
      switch (kind) {
        case 'elsewhere':
          return ModelAPI.fromUrl<string>(scope, name, {
            models,
            apiKey,
            url: `https://${name}.example.com/v1`,
          });
        case 'hosted': {
          const storage = hasClaim
            ? ModelStorage.persistentVolumeClaim({ size: Size.gibibytes(50) })
            : undefined;
          return ModelAPI.hosted<string>(scope, name, { models, storage, ...workloadOptions(options) });
        }
        case 'proxy':
          return ModelAPI.proxy<string>(scope, name, {
            models,
            apiKey,
            provider: rest.behind === 'first' ? undefined : 'openai',
            apiBase: this.providerOf(rest.behind),
            redis: rest.hasRedis ? new RedisConnection({ host: 'redis.data.svc' }) : undefined,
            ...workloadOptions(options),
          });
      }
    });
  }

  private providerOf(behind: Gateway['behind']): ModelAPI | string | undefined {
    switch (behind) {
      case 'provider':
        return undefined;
      case 'other-provider':
        return 'https://llm.example.com:8443/v1';
      case 'service':
        return 'http://ollama.models.svc:11434';
      case 'first':
        return this.gateway(0);
    }
  }

  private server(index: number): MCPServer {
    return once(this.servers, index, () => {
      const { place, module = TOOL_MODULE, options } = existing(this.topology.servers[index]);
      return new MCPServer(this.scopeOf(place), NAMES.server(index), {
        tools: Tools.fromModule(module),
        ...workloadOptions(options),
      });
    });
  }

  private agent(index: number): Agent {
    return once(this.agents, index, () => {
      const node: AgentNode = existing(this.topology.agents[index]);
      const modelAPI = this.gateway(node.gateway);
      const scope = this.scopeOf(node.place);
      const outside = () => Agent.fromUrl(scope, `outside-${index}`, { url: 'https://agents.example.com' });
      return new Agent<string>(scope, NAMES.agent(index), {
        modelAPI,
        model: existing(modelAPI.models[0]),
        mcpServers: node.servers.map((server) => this.server(server)),
        subAgents: [
          ...node.subAgents.map((agent) => this.agent(agent)),
          ...(node.callsOutside ? [outside()] : []),
        ],
        memory:
          node.memory &&
          { redis: Memory.redis({ host: 'redis.data.svc' }), none: Memory.none() }[node.memory],
        apiKeys: node.hasKeys
          ? secretValue(scope, `keys-${index}`, `keys-of-${NAMES.agent(index)}`)
          : undefined,
        instructions: node.instructions,
        expose: node.isExposed ? Exposure.ingress({ host: `${NAMES.agent(index)}.example.com` }) : undefined,
        telemetry: node.isSilent ? { enabled: false } : undefined,
        ...workloadOptions(node.options),
      });
    });
  }
}

function secretValue(scope: Construct, id: string, name: string): SecretValue {
  return { secret: Secret.fromSecretName(scope, id, name), key: 'api-key' };
}

function workloadOptions(options: Options): WorkloadOptions {
  const { replicas, scaling, memoryMebibytes, logLevel, podLabel, variable } = options;
  const range = scaling && { minReplicas: scaling.least, maxReplicas: scaling.least + scaling.more };
  const requests = { requestsPerMinute: 60, prometheusUrl: 'http://prometheus.monitoring.svc:9090' };
  return {
    replicas,
    autoscaling:
      range &&
      (scaling.by === 'cpu' ? Autoscaling.cpu(range) : Autoscaling.requests({ ...range, ...requests })),
    resources:
      memoryMebibytes === undefined ? undefined : { memory: { limit: Size.mebibytes(memoryMebibytes) } },
    logLevel,
    podLabels: podLabel === undefined ? undefined : { team: podLabel },
    env: variable === undefined ? undefined : { EXTRA: variable },
  };
}

function key({ chart, inTeam }: Place): string {
  return `${chart} ${inTeam}`;
}

function once<T>(made: Map<number, T>, index: number, make: () => T): T {
  const value = made.get(index) ?? make();
  made.set(index, value);
  return value;
}

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a topology refers to a part that it has not');
  return value;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(Math.floor(random() * rest.length), 1)).flat();
}

/** Small generator of random numbers, the same for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
