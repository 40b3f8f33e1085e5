import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Collector, startCollector } from '../../cli/local/collector/collector';
import { type TelemetryStore } from '../../cli/local/collector/store';
import { agentConfigToEnv, mcpServerConfigToEnv } from '../../runtime/contract';
import { type Listening, listenHttp, nobodyAt } from '../support/http';
import {
  type Bundles,
  bundleProcesses,
  ready,
  type RealProcess,
  startProcess,
} from '../support/real-process';
import { type RunningRedis, startRedis } from '../support/redis';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model';
import { faultyModel } from './model';
import { TOOLS } from './question';

const LIFE_MS = 3_600_000;

/** An agent as it ships, and all that it leans on; each of them can be taken away and brought back. */
export class Scene {
  readonly stores: TelemetryStore[] = [];
  private readonly model = faultyModel();
  private readonly bundles: Bundles = bundleProcesses();
  private gateway: ScriptedModel | undefined;
  private worker: Listening | undefined;
  private workerHangs = false;
  private collector: Collector | undefined;
  private redis: RunningRedis | undefined;
  private readonly servers = new Map<string, RealProcess>();
  private readonly ports = new Map<string, number>();
  private process: RealProcess | undefined;

  async start(): Promise<void> {
    for (const name of ['collector', 'redis', 'steady', 'flaky', 'agent'])
      this.ports.set(name, (await nobodyAt()).port);
    this.gateway = await startScriptedModel(this.model.script);
    this.worker = await listenHttp((request, response) => {
      if (request.url !== '/v1/chat/completions') return response.end('{"description":"Helps"}');
      if (!this.workerHangs) response.end('{"choices":[{"message":{"content":"helped"}}]}');
    });
    await Promise.all([this.startCollector(), this.startRedis()]);
    await Promise.all([this.startServer('steady'), this.startServer('flaky')]);
    this.process = startProcess(this.bundles.agent, this.agentEnv(), LIFE_MS);
    await ready(this.url);
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports.get('agent')}`;
  }

  get agent(): RealProcess {
    return this.process as RealProcess; // `start` comes first
  }

  callsOf(id: number): number {
    return this.model.callsOf(id);
  }

  hangWorker(hangs: boolean): void {
    this.workerHangs = hangs;
  }

  async startCollector(): Promise<void> {
    const limits = { spans: 1_000_000, logs: 1_000_000, metrics: 1_000 };
    const grpcPort = this.ports.get('collector') ?? 0;
    this.collector = await startCollector({ host: '127.0.0.1', grpcPort, httpPort: 0, limits });
    this.stores.push(this.collector.store);
  }

  async stopCollector(): Promise<void> {
    await this.collector?.close();
  }

  async startRedis(): Promise<void> {
    this.redis = await startRedis({ port: this.ports.get('redis') ?? 0 });
  }

  async stopRedis(): Promise<void> {
    await this.redis?.close();
  }

  async startServer(name: 'steady' | 'flaky'): Promise<void> {
    const module = join(dirname(this.bundles.agent), `${name}.js`);
    writeFileSync(
      module,
      `const { tool } = require('cdk8s-kaos/tool');
       exports.${TOOLS[name]} = tool({ description: 'Helps', input: { type: 'object' }, handler: () => 'helped' });`,
    );
    const port = this.ports.get(name) ?? 0;
    const env = mcpServerConfigToEnv({ name, toolModules: [module], host: '127.0.0.1', port });
    this.servers.set(name, startProcess(this.bundles.mcpServer, env, LIFE_MS));
    await ready(`http://127.0.0.1:${port}`);
  }

  async stopServer(name: 'steady' | 'flaky'): Promise<void> {
    const server = this.servers.get(name);
    server?.kill('SIGKILL');
    await server?.exit;
  }

  /** Memory, in MiB, and sockets that the agent holds now. */
  usage(): { readonly rssMiB: number; readonly sockets: number } {
    const proc = `/proc/${this.agent.pid}`;
    const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1];
    const sockets = readdirSync(`${proc}/fd`).filter((fd) => isSocket(`${proc}/fd/${fd}`));
    return { rssMiB: Math.round(Number(rss) / 1024), sockets: sockets.length };
  }

  async close(): Promise<void> {
    this.process?.kill('SIGKILL');
    await Promise.all([this.stopServer('steady'), this.stopServer('flaky'), this.process?.exit]);
    await Promise.all([this.stopCollector(), this.stopRedis(), this.gateway?.close(), this.worker?.close()]);
    this.bundles.remove();
  }

  private agentEnv(): Record<string, string> {
    const at = (name: string) => `http://127.0.0.1:${this.ports.get(name)}`;
    const config = agentConfigToEnv({
      name: 'soaked',
      host: '127.0.0.1',
      port: this.ports.get('agent') ?? 0,
      modelUrl: this.gateway?.url ?? '',
      model: 'm',
      mcpServers: ['steady', 'flaky'].map((name) => ({ name, url: at(name) })),
      subAgents: [{ name: 'worker', url: this.worker?.url ?? '' }],
      modelTimeoutMs: 1_000,
      toolTimeoutMs: 1_000,
      delegationTimeoutMs: 500,
      requestTimeoutMs: 10_000,
      memoryType: 'redis',
      memoryRedisUrl: at('redis').replace('http', 'redis'),
      memoryMaxSessions: 100,
    });
    const telemetry = {
      OTEL_EXPORTER_OTLP_ENDPOINT: at('collector'),
      OTEL_BSP_SCHEDULE_DELAY: '200',
      // The SDK counts what it makes; what arrives is held against that.
      OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true',
    };
    return { ...config, ...telemetry };
  }
}

/** A file may be closed while its folder is read. */
function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:');
  } catch {
    return false;
  }
}
