import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { allocatePorts, type LocalPorts } from './addresses';
import { callerKey } from './caller-key';
import { type Collector, startCollector } from './collector/collector';
import { InterruptedError, UserError } from './errors';
import { TOOLS_LOCK } from './lock/lock-file';
import { localize, type LocalProcess } from './localize';
import { type Plan } from './plan';
import { LOOPBACK } from './ports';
import { type Asked } from './post';
import { describeExit, RunningProcess } from './process';
import { untilReady } from './readiness';
import { type StoodInPlan, withRemoteStandIns } from './remote-stand-ins';
import { type DemoModel, startDemoModel } from './demo-model/start';
import { type RealParts } from './real/components';
import { requireSecrets } from './require-secrets';
import { type Secrets } from './secrets';
import { OTLP_ENDPOINT } from './stand-ins';
import { isMarked } from './real/foreign-line';
import { stopOrder } from './stop-order';
import { whenAborted } from './when-aborted';
import { QUIET_BEHIND_COLLECTOR_MS, QUIET_MS, wholeTrace } from './whole-trace';
import { type Workload } from './workload';

/** One process alone is given this long to finish. */
const STOP_GRACE_MS = 8_000;
/** So long have all of them together; with telemetry's flush all is over well within 10 s. */
const STOP_ALL_MS = 8_000;
/** Those that end last have at least this, however long the others took. */
const LEAST_GRACE_MS = 1_000;

/** A workload that keeps dying is started again this many times; then the whole system is given up. */
const MAX_RESTARTS = 5;
/** The first restart is at once, each further one after twice the time. */
const RESTART_DELAY_MS = 250;
/** A workload that lived this long is not one that keeps dying. */
const LIFE_MS = 60_000;

/** What happens while a system runs, for whoever watches. */
export interface Watcher {
  starting(name: string, note: string | undefined): void;
  ready(name: string, afterMs: number): void;
  failed(name: string, reason: string): void;
  /** A line that a workload printed. */
  line(name: string, line: string): void;
  /** A workload ended that nobody stopped. */
  died(name: string, reason: string): void;
}

export interface SystemOptions {
  readonly ports: ReadonlyMap<Workload, number>;
  readonly secrets: Secrets;
  readonly binDirectory: string;
  readonly watcher: Watcher;
  /** Whether a workload that dies is started again, as a cluster would. */
  readonly restart: boolean;
  /** Programs that take the place of stand-ins. */
  readonly real: RealParts;
}

/** The workloads of a plan, running as processes of this machine. */
export class LocalSystem {
  /** Settles when a workload is gone for good; with it the system is no longer what the manifests say. */
  readonly failure: Promise<UserError>;
  private giveUp!: (error: UserError) => void;
  private receiver: Collector | undefined;
  private demoModel: DemoModel | undefined;
  private readonly processes = new Map<string, RunningProcess>();
  private readonly deaths = new Map<string, number>();
  private stopping = false;

  private constructor(
    private readonly whole: StoodInPlan,
    readonly ports: LocalPorts,
    private readonly directory: string,
    private readonly options: SystemOptions,
  ) {
    this.failure = new Promise((resolve) => {
      this.giveUp = resolve;
    });
  }

  /**
   * Starts everything and waits until all of it is ready.
   *
   * @throws UserError naming what could not be started; nothing is left running then
   */
  static async start(plan: Plan, options: SystemOptions, signal: AbortSignal): Promise<LocalSystem> {
    const hasCollector = options.real.otelcol !== undefined;
    const whole = withRemoteStandIns(plan, options.secrets, resolve(TOOLS_LOCK));
    requireSecrets(runningHere(whole.plan, options.real), options.secrets);
    const ports = await allocatePorts(whole.plan, options.ports, !hasCollector);
    const directory = mkdtempSync(join(tmpdir(), 'kaos-'));
    const system = new LocalSystem(whole, ports, directory, options);
    // A command that is ended at once still leaves neither processes nor files behind.
    process.once('exit', system.abandon);
    try {
      system.receiver = await startCollectorOf(plan, hasCollector ? undefined : ports).catch((error) => {
        throw asUserError(error);
      });
      if (options.real.litellm !== undefined) system.demoModel = await startDemoModel();
      await system.startAll(signal);
      return system;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  /** What the collectors received, also those outside the charts; absent when nothing is reported. */
  get collector(): Collector | undefined {
    return this.receiver;
  }

  /** Settles when all spans of a trace have come that are to come. */
  async untilTraceIsWhole(traceId: string | null): Promise<void> {
    if (!this.receiver || traceId === null) return;
    const isBehind = this.options.real.otelcol !== undefined;
    await wholeTrace(this.receiver.store, traceId, isBehind ? QUIET_BEHIND_COLLECTOR_MS : QUIET_MS);
  }

  /** How an agent is asked here. */
  asked(agent: Workload): Asked {
    return { url: this.ports.urlOf(agent), key: callerKey(agent, this.options.secrets) };
  }

  /** How the process of a workload ended that runs now. Settles when it has. */
  async endOf(workload: Workload): Promise<string> {
    const exit = await this.processes.get(workload.title)?.exited;
    return describeExit(exit ?? { code: null, signal: null });
  }

  /** Stops receiving telemetry, as when the collector is gone. */
  async closeReceiver(): Promise<void> {
    await this.receiver?.close();
  }

  /** Receives telemetry again, where it did before. */
  async reopenReceiver(): Promise<void> {
    if (!this.receiver) return;
    const [grpcPort, httpPort] = [this.receiver.grpcUrl, this.receiver.httpUrl].map((url) =>
      Number(new URL(url).port),
    );
    this.receiver = await startCollector({
      host: LOOPBACK,
      grpcPort: grpcPort ?? 0,
      httpPort: httpPort ?? 0,
    });
  }

  /** Ends a workload as a rollout does. Settles when it has ended. */
  async end(workload: Workload): Promise<void> {
    await this.processes.get(workload.title)?.stop(STOP_GRACE_MS);
  }

  /** Ends all processes, callers before those that they call, so that what still runs can end well. */
  async stop(): Promise<void> {
    this.stopping = true;
    const endAt = performance.now() + STOP_ALL_MS;
    for (const workloads of stopOrder(this.whole.plan)) {
      const graceMs = Math.max(LEAST_GRACE_MS, endAt - performance.now());
      await Promise.all(workloads.map(({ title }) => this.processes.get(title)?.stop(graceMs)));
    }
    await this.receiver?.close();
    await this.demoModel?.close();
    this.ports.release();
    rmSync(this.directory, { recursive: true, force: true });
    process.off('exit', this.abandon);
  }

  /** What can be done in the last moment of the command: no more than end everything. */
  private readonly abandon = () => {
    for (const running of this.processes.values()) running.kill();
    rmSync(this.directory, { recursive: true, force: true });
  };

  /** Names of the workloads that ended by themselves. */
  get died(): string[] {
    return [...this.deaths.keys()];
  }

  private async startAll(signal: AbortSignal): Promise<void> {
    const { secrets, binDirectory, real } = this.options;
    const { ports, directory, receiver: otlp } = this;
    const toolsLock = resolve(TOOLS_LOCK);
    const demoModelUrl = this.demoModel?.url;
    const { plan, standIns } = this.whole;
    const toolStandIn = (server: string) => {
      const standIn = standIns.get(server);
      return standIn && ports.urlOf(standIn);
    };
    const where = { ports, directory, binDirectory, toolsLock, toolStandIn };
    const localization = { ...where, secrets, otlp, real, demoModelUrl };
    const local = runningHere(plan, real).map((workload) => localize(workload, localization));
    const cancelled = whenAborted(signal).then(() => {
      throw new InterruptedError('stopped before all was ready');
    });
    await Promise.race([Promise.all(local.map((process) => this.launch(process))), cancelled]);
  }

  private async launch(plan: LocalProcess): Promise<void> {
    const { watcher } = this.options;
    watcher.starting(plan.title, plan.note);
    const running = this.spawn(plan);
    try {
      watcher.ready(plan.title, await untilReady(running));
    } catch (error) {
      if (!this.stopping && error instanceof UserError) watcher.failed(plan.title, firstLine(error.message));
      throw error;
    }
    const readyAt = performance.now();
    void running.exited.then((exit) => {
      if (performance.now() - readyAt > LIFE_MS) this.deaths.delete(plan.title);
      this.afterDeath(plan, describeExit(exit));
    });
  }

  private spawn(plan: LocalProcess): RunningProcess {
    const { watcher } = this.options;
    const running = new RunningProcess(plan, (line) => {
      if (!plan.isForeign || isMarked(line)) watcher.line(plan.title, line);
    });
    this.processes.set(plan.title, running);
    return running;
  }

  private afterDeath(plan: LocalProcess, reason: string): void {
    if (this.stopping) return;
    const deaths = (this.deaths.get(plan.title) ?? 0) + 1;
    this.deaths.set(plan.title, deaths);
    this.options.watcher.died(plan.title, reason);
    if (!this.options.restart) return;
    if (deaths > MAX_RESTARTS) {
      this.giveUp(new UserError(`${plan.title} ${reason}, as it did ${MAX_RESTARTS} times before`));
      return;
    }
    const delayMs = deaths === 1 ? 0 : RESTART_DELAY_MS * 2 ** (deaths - 2);
    setTimeout(() => this.relaunch(plan), delayMs);
  }

  private relaunch(plan: LocalProcess): void {
    if (this.stopping) return;
    this.launch(plan).catch(() => this.afterDeath(plan, 'could not be started again'));
  }
}

/** All but the collectors for which the one in the command stands. */
function runningHere({ workloads }: Plan, { otelcol }: RealParts): readonly Workload[] {
  return workloads.filter(({ role }) => role !== 'otel-collector' || otelcol !== undefined);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function asUserError(error: unknown): UserError {
  return error instanceof UserError ? error : new UserError(String(error), { cause: error });
}

/**
 * One that runs inside the command, so that what it received can be shown. It stands for all: they share its ports; or,
 * where they run themselves and have the ports, for the backends that they export to.
 */
async function startCollectorOf(plan: Plan, ports: LocalPorts | undefined): Promise<Collector | undefined> {
  const collectors = plan.workloads.filter(({ role }) => role === 'otel-collector');
  const isReported = plan.workloads.some(({ container }) =>
    container.env.some(({ name }) => name === OTLP_ENDPOINT),
  );
  if (collectors.length === 0 && !isReported) return undefined;
  /** Any free port where none of them takes that protocol. */
  const portOf = (containerPort: number) => {
    const taking = collectors.find(({ container }) =>
      container.ports.some((port) => port.containerPort === containerPort),
    );
    return taking && ports ? ports.of(taking, containerPort) : 0;
  };
  return startCollector({ host: LOOPBACK, grpcPort: portOf(4317), httpPort: portOf(4318) });
}
