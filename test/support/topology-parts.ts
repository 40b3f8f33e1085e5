import { Duration, Size } from 'cdk8s';
import { Secret, type SecretValue } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import {
  Agent,
  Autoscaling,
  Callers,
  Exposure,
  ExternalSecret,
  type GatewayReference,
  MCPServer,
  Memory,
  ModelAPI,
  ModelStorage,
  OtlpExporter,
  RedisConnection,
  type StdioToolsProps,
  TelemetryStack,
  Tools,
  type WorkloadOptions,
} from '../../constructs';
import {
  type AgentNode,
  type Gateway,
  type Options,
  type Place,
  type Space,
  type Topology,
} from './topology';
import { collectorOf } from './topology-edges';
import { NAMES } from './topology-names';

const FOREIGN = { image: 'registry.example.com/search-mcp:1.4.0', path: '/', telemetry: true };
/** The one tool module of nearly all servers: bundling is what takes time. */
const TOOL_MODULE = 'test/constructs/tool-modules/greet.ts';

/** What some of them run in place of a module. */
const COMMAND: StdioToolsProps = {
  image: 'registry.example.com/team/tools:1.0.0',
  command: ['mcp-server', 'stdio'],
  env: { INDEX: 'handbook' },
};

/** The parts of an app, each declared when it is first asked for. */
export class TopologyParts {
  private readonly gateways = new Map<number, ModelAPI>();
  private readonly servers = new Map<number, MCPServer>();
  private readonly agents = new Map<number, Agent>();

  constructor(
    private readonly topology: Topology,
    private readonly scopeOf: (place: Place) => Construct,
    private readonly route: GatewayReference,
  ) {}

  get declarations(): (() => unknown)[] {
    const { charts, gateways, servers, agents } = this.topology;
    return [
      ...charts.flatMap((space, chart) =>
        [false, true]
          .filter((inTeam) => space.stacks === 'both' || space.stacks === (inTeam ? 'team' : 'chart'))
          .map((inTeam) => () => this.stack({ chart, inTeam }, space)),
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

  private stack(place: Place, { backend, isSampling, hasQueue, podReach, options }: Space): void {
    const exporter =
      backend === 'signoz'
        ? OtlpExporter.signoz()
        : OtlpExporter.otlp({ endpoint: 'telemetry.example.com:4317' });
    new TelemetryStack(this.scopeOf(place), NAMES.stack(place.chart, place.inTeam), {
      exporters: [exporter],
      tailSampling: isSampling ? {} : undefined,
      persistentQueue: hasQueue ? { size: Size.gibibytes(2) } : undefined,
      kubernetesAttributes: podReach,
      metricsFrom: Callers.inNamespace('monitoring'),
      ...workloadOptions(options),
    });
  }

  private gateway(index: number): ModelAPI {
    return once(this.gateways, index, () => {
      const { place, kind, models, hasKey, hasClaim, options, ...rest } = existing(
        this.topology.gateways[index],
      );
      const scope = this.scopeOf(place);
      const name = NAMES.gateway(index);
      const expose = this.exposure(name, options);
      const apiKey = hasKey ? this.secret(scope, `key-${index}`) : undefined;
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
          return ModelAPI.hosted<string>(scope, name, {
            models,
            storage,
            expose,
            ...workloadOptions(options),
          });
        }
        case 'proxy':
          return ModelAPI.proxy<string>(scope, name, {
            models,
            apiKey,
            expose,
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
      const { place, module, isForeign, hasKeys, options } = existing(this.topology.servers[index]);
      const scope = this.scopeOf(place);
      const isImage = isForeign && module === undefined;
      return new MCPServer(scope, NAMES.server(index), {
        tools: toolsOf(index, module, isForeign),
        apiKeys: hasKeys && !isImage ? this.secret(scope, `tool-keys-${index}`) : undefined,
        expose: this.exposure(NAMES.server(index), options),
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
        apiKeys: node.hasKeys ? this.secret(scope, `keys-${index}`) : undefined,
        instructions: node.instructions,
        expose: this.exposure(NAMES.agent(index), node.options),
        telemetry: node.isSilent ? { enabled: false } : undefined,
        ...workloadOptions(this.isReported(node) ? node.options : byCpu(node.options)),
      });
    });
  }

  /** Without that, there are no requests to scale by. */
  private isReported({ isSilent, place }: AgentNode): boolean {
    return !isSilent && collectorOf(this.topology, place) !== undefined;
  }

  /** Names are those of all the app, so no two are at one address. */
  private exposure(name: string, { exposure }: Options): Exposure | undefined {
    const host = `${name}.example.com`;
    switch (exposure) {
      case undefined:
        return undefined;
      case 'ingress':
        return Exposure.ingress({ host, callers: Callers.inNamespace('ingress-nginx') });
      case 'gateway':
        return Exposure.gateway({ gateway: this.route, hostnames: name.endsWith('1') ? [host] : undefined });
    }
  }

  /** From a store where there is one, and else made by hand. */
  private secret(scope: Construct, id: string): SecretValue {
    if (!this.topology.isDelivered) return { secret: Secret.fromSecretName(scope, id, id), key: 'api-key' };
    const data = { 'api-key': { key: `agents/${id}` } };
    const { secret } = new ExternalSecret(scope, id, { store: { name: 'vault' }, data });
    // By its name, which stands for another Secret in each namespace that uses it.
    return { secret: Secret.fromSecretName(scope, `${id}-name`, secret.name), key: 'api-key' };
  }
}

function byCpu({ scaling, ...options }: Options): Options {
  return scaling ? { ...options, scaling: { ...scaling, by: 'cpu' } } : options;
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
    ...(options.isTuned && TUNED),
  };
}

const TUNED: WorkloadOptions = {
  podAnnotations: { 'example.com/owner': 'team-a' },
  nodeSelector: { 'kubernetes.io/arch': 'arm64' },
  tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'agents', effect: 'NoSchedule' }],
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
  ],
  priorityClassName: 'agents',
  terminationGracePeriod: Duration.minutes(10),
  volumes: [
    { volume: { name: 'scratch', emptyDir: {} }, mountPath: '/scratch' },
    {
      volume: { name: 'trust', secret: { secretName: 'authorities' } },
      mountPath: '/etc/trust',
      readOnly: true,
    },
  ],
};

function once<T>(made: Map<number, T>, index: number, make: () => T): T {
  const value = made.get(index) ?? make();
  made.set(index, value);
  return value;
}

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a topology refers to a part that it has not');
  return value;
}

/** Tools of a module where it is the module that counts, else of any source. */
function toolsOf(index: number, module: string | undefined, isForeign: boolean): Tools {
  if (module !== undefined) return Tools.fromModule(module);
  if (isForeign) return Tools.image(FOREIGN);
  const sources = [
    () => Tools.fromModule(TOOL_MODULE),
    () => Tools.stdio(COMMAND),
    () => Tools.python('def shout(text: str) -> str:\n    return text.upper()'),
  ];
  return existing(sources[index % sources.length])();
}
