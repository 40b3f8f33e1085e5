import { metrics } from '@opentelemetry/api';
import { pino } from 'pino';
import { Instruments } from '../../runtime/telemetry/instruments';
import { ATTRIBUTE, LABEL, METRIC, scopeName } from '../../runtime/telemetry/names';
import { mcpToolCall } from '../../runtime/telemetry/mcp-operations';
import { agenticLoop, inference, type Operation } from '../../runtime/telemetry/operations';
import { delegateTo, executeTool } from '../../runtime/telemetry/tool-operations';
import { buildInstrumentation, type Instrumentation } from '../../runtime/telemetry/with-span';
import { type OtlpClient, otlpClient } from './otlp-client';

/** Part of what an agent does that goes wrong: requests, requests that are slow, and calls of a model, a tool and an agent. */
export interface Troubles {
  readonly requests?: number;
  readonly slow?: number;
  readonly models?: number;
  readonly tools?: number;
  readonly delegations?: number;
  /** Parts of its requests that go without a tool, and of what it reports that is not sent. */
  readonly refusals?: number;
  readonly drops?: number;
  /** Whether a tool server is away. */
  readonly peer?: boolean;
}

/** Of each kind, in one go. */
const CALLS = 10;
const SLOW_MS = 31_000;
const SOMEWHERE = new URL('http://somewhere.team.svc:8000/v1');

/** What an agent's process reports, by the runtime's own instruments; nobody is asked anything. */
export class AgentLoad {
  troubles: Troubles = {};
  private readonly client: OtlpClient;
  private readonly instrumentation: Instrumentation;
  private readonly instruments: Instruments;
  private readonly counts = new Map<keyof Troubles, number>();
  private isWithoutPeer = false;

  constructor(
    url: string,
    readonly namespace: string,
    readonly name: string,
  ) {
    this.client = otlpClient(url, {
      'service.name': name,
      'service.namespace': namespace,
      'service.instance.id': `${name}-0`,
    });
    this.client.becomeGlobal();
    this.instrumentation = buildInstrumentation(name, pino({ level: 'silent' }));
    this.instruments = new Instruments(metrics.getMeter(scopeName(name)));
  }

  /** Does some of everything, and reports it. */
  async work(): Promise<void> {
    const { name } = this;
    const loop = agenticLoop({ name, description: '', model: 'gpt-4o', maxSteps: 5 }, false);
    const call = inference('gpt-4o', SOMEWHERE);
    this.lookForPeer();
    for (let index = 0; index < CALLS; index += 1) {
      await this.operate(loop, 'requests');
      this.answer();
      await this.operate(call, 'models');
      this.instrumentation.recordTokens(call, { input: 100, output: 10 });
      await this.operate(executeTool('search'), 'tools');
      await this.operate(mcpToolCall('search', SOMEWHERE, 'search'), 'tools');
      await this.operate(delegateTo('researcher', SOMEWHERE), 'delegations');
      if (this.goesWrong('refusals')) this.instrumentation.countRefusal('search', 'changed');
      if (this.goesWrong('drops')) this.drop();
    }
    await this.client.flush();
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private lookForPeer(): void {
    const { peer = false } = this.troubles;
    if (peer === this.isWithoutPeer) return;
    this.isWithoutPeer = peer;
    const server = { kind: 'mcp_server', name: 'search' } as const;
    this.instrumentation.countPeerState(server, peer ? 'unavailable' : 'available');
  }

  private drop(): void {
    const labels = { [ATTRIBUTE.agentName]: this.name, [LABEL.signal]: 'traces' };
    this.instruments.count(METRIC.telemetryDropped, labels);
  }

  private async operate(operation: Operation, kind: keyof Troubles): Promise<void> {
    const isFailing = this.goesWrong(kind);
    const work = () => (isFailing ? Promise.reject(new Error('made up')) : Promise.resolve());
    await this.instrumentation.withSpan(operation, work).catch(() => undefined);
  }

  /** A request that nobody has waited for is not opened as a span: a span measures by itself. */
  private answer(): void {
    if (!this.goesWrong('slow')) return;
    const labels = { [ATTRIBUTE.agentName]: this.name, [LABEL.success]: 'true' };
    this.instruments.count(METRIC.requests, labels);
    this.instruments.record(METRIC.requestDuration, SLOW_MS, labels);
  }

  /** Evenly spread, so that no stretch of time has more than its part. */
  private goesWrong(kind: keyof Troubles): boolean {
    const count = this.counts.get(kind) ?? 0;
    const part = Number(this.troubles[kind] ?? 0);
    this.counts.set(kind, count + 1);
    return Math.floor((count + 1) * part) > Math.floor(count * part);
  }
}
