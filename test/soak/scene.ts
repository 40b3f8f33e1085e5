import { appendFileSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Collector, startCollector } from '../../cli/local/collector/collector';
import { type TelemetryStore } from '../../cli/local/collector/store';
import { agentConfigToEnv, mcpServerConfigToEnv } from '../../runtime/contract';
import { nobodyAt } from '../support/http';
import {
  type Bundles,
  bundleProcesses,
  ready,
  type RealProcess,
  startProcess,
} from '../support/real-process';
import { type RunningRedis, startRedis } from '../support/redis';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model';
import { Ledger } from './ledger';
import { faultyModel, workingModel } from './model';
import { TOOLS } from './question';
import { Wire } from './wire';

const LIFE_MS = 3_600_000;
const CUT_MS = 200;
const PLACES = ['collector', 'redis', 'steady', 'flaky', 'flaky wire', 'worker', 'worker wire', 'agent'];

/** An agent as it ships, and all that it leans on; each of them can be taken away and brought back. */
export class Scene {
  readonly stores: TelemetryStore[] = [];
  private readonly bundles: Bundles = bundleProcesses();
  private readonly toolRuns = join(dirname(this.bundles.agent), 'tool-runs');
  readonly ledger = new Ledger(this.toolRuns);
  private gateway: ScriptedModel | undefined;
  private workerGateway: ScriptedModel | undefined;
  private worker: RealProcess | undefined;
  private collector: Collector | undefined;
  private redis: RunningRedis | undefined;
  private readonly servers = new Map<string, RealProcess>();
  private readonly ports = new Map<string, number>();
  private readonly wires = new Map<string, Wire>();
  private process: RealProcess | undefined;
  private cutting: NodeJS.Timeout | undefined;

  async start(): Promise<void> {
    for (const name of PLACES) this.ports.set(name, (await nobodyAt()).port);
    appendFileSync(this.toolRuns, '');
    for (const name of ['flaky', 'worker']) await this.openWire(name);
    this.gateway = await startScriptedModel(faultyModel(this.ledger));
    this.workerGateway = await startScriptedModel(workingModel(this.ledger));
    this.worker = startProcess(this.bundles.agent, this.workerEnv(), LIFE_MS);
    await Promise.all([this.startCollector(), this.startRedis(), ready(this.at('worker'))]);
    await Promise.all([this.startServer('steady'), this.startServer('flaky')]);
    this.process = startProcess(this.bundles.agent, this.agentEnv(), LIFE_MS);
    await ready(this.url);
  }

  get url(): string {
    return this.at('agent');
  }

  get agent(): RealProcess {
    return this.process as RealProcess; // `start` comes first
  }

  hangWorker(hangs: boolean): void {
    this.worker?.kill(hangs ? 'SIGSTOP' : 'SIGCONT');
  }

  /** Ends the connections to all that may fail, and to no other, again and again. */
  cutWires(): void {
    this.cutting = setInterval(() => {
      for (const wire of this.wires.values()) wire.cut();
    }, CUT_MS);
  }

  mendWires(): void {
    clearInterval(this.cutting);
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
      `const { appendFileSync } = require('node:fs');
       const { setTimeout: delay } = require('node:timers/promises');
       const { tool } = require('cdk8s-kaos/tool');
       const handler = async ({ task }) => {
         const { id, takesMs } = JSON.parse(task);
         appendFileSync(${JSON.stringify(this.toolRuns)}, id + '\\n');
         await delay(takesMs);
         return 'helped';
       };
       exports.${TOOLS[name]} = tool({ description: 'Helps', input: { type: 'object' }, handler });`,
    );
    const port = this.ports.get(name) ?? 0;
    const env = mcpServerConfigToEnv({ name, toolModules: [module], host: '127.0.0.1', port });
    this.servers.set(name, startProcess(this.bundles.mcpServer, env, LIFE_MS));
    await ready(this.at(name));
    if (name === 'flaky' && !this.wires.has(name)) await this.openWire(name);
  }

  async stopServer(name: 'steady' | 'flaky'): Promise<void> {
    const server = this.servers.get(name);
    server?.kill('SIGKILL');
    await server?.exit;
    await this.wires.get(name)?.close();
    this.wires.delete(name);
  }

  /** Memory, in MiB, and sockets that the agent holds now. */
  usage(): { readonly rssMiB: number; readonly sockets: number } {
    const proc = `/proc/${this.agent.pid}`;
    const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1];
    const sockets = readdirSync(`${proc}/fd`).filter((fd) => isSocket(`${proc}/fd/${fd}`));
    return { rssMiB: Math.round(Number(rss) / 1024), sockets: sockets.length };
  }

  async close(): Promise<void> {
    this.mendWires();
    for (const agent of [this.process, this.worker]) agent?.kill('SIGKILL');
    await Promise.all([this.process?.exit, this.worker?.exit]);
    await Promise.all([this.stopServer('steady'), this.stopServer('flaky')]);
    await Promise.all([this.stopCollector(), this.stopRedis(), this.wires.get('worker')?.close()]);
    await Promise.all([this.gateway?.close(), this.workerGateway?.close()]);
    this.bundles.remove();
  }

  private agentEnv(): Record<string, string> {
    const config = agentConfigToEnv({
      name: 'soaked',
      host: '127.0.0.1',
      port: this.ports.get('agent') ?? 0,
      modelUrl: this.gateway?.url ?? '',
      model: 'm',
      mcpServers: [
        { name: 'steady', url: this.at('steady') },
        { name: 'flaky', url: this.at('flaky wire') },
      ],
      subAgents: [{ name: 'worker', url: this.at('worker wire') }],
      modelTimeoutMs: 1_000,
      toolTimeoutMs: 1_000,
      delegationTimeoutMs: 500,
      requestTimeoutMs: 10_000,
      memoryType: 'redis',
      memoryRedisUrl: this.at('redis').replace('http', 'redis'),
      memoryMaxSessions: 100,
    });
    const telemetry = {
      OTEL_EXPORTER_OTLP_ENDPOINT: this.at('collector'),
      OTEL_BSP_SCHEDULE_DELAY: '200',
      // The SDK counts what it makes; what arrives is held against that.
      OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true',
    };
    return { ...config, ...telemetry };
  }

  private workerEnv(): Record<string, string> {
    return agentConfigToEnv({
      name: 'worker',
      host: '127.0.0.1',
      port: this.ports.get('worker') ?? 0,
      modelUrl: this.workerGateway?.url ?? '',
      model: 'm',
      // Then as often as its model is asked, it was given a task.
      modelMaxRetries: 0,
      memoryType: 'none',
    });
  }

  private async openWire(name: string): Promise<void> {
    const port = (place: string) => this.ports.get(place) ?? 0;
    const wire = new Wire(port(`${name} wire`), port(name));
    await wire.open();
    this.wires.set(name, wire);
  }

  private at(name: string): string {
    return `http://127.0.0.1:${this.ports.get(name)}`;
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
