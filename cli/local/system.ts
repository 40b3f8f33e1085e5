import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allocatePorts, type LocalPorts, LOOPBACK } from './addresses';
import { type Collector, startCollector } from './collector/collector';
import { UserError } from './errors';
import { localize, type LocalProcess } from './localize';
import { type Plan, type Workload } from './plan';
import { describeExit, type Exit, RunningProcess } from './process';
import { untilReady } from './readiness';
import { type Secrets } from './secrets';
import { whenAborted } from './when-aborted';

/** Processes are given this long to finish; with telemetry's flush all is over well within 10 s. */
const STOP_GRACE_MS = 8_000;

/** A workload that keeps dying is started again this many times; then the whole system is given up. */
const MAX_RESTARTS = 5;

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
}

/** The workloads of a chart, running as processes of this machine. */
export class LocalSystem {
  /** Settles when a workload is gone for good; with it the system is no longer what the manifests say. */
  readonly failure: Promise<UserError>;
  private giveUp!: (error: UserError) => void;
  private readonly processes = new Map<string, RunningProcess>();
  private readonly deaths = new Map<string, number>();
  private stopping = false;

  private constructor(
    readonly plan: Plan,
    readonly ports: LocalPorts,
    /** What the collector of the chart received; absent when the chart has none. */
    readonly collector: Collector | undefined,
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
    const ports = await allocatePorts(plan, options.ports);
    const collector = await startCollectorOf(plan, ports);
    const directory = mkdtempSync(join(tmpdir(), 'kaos-'));
    const system = new LocalSystem(plan, ports, collector, directory, options);
    try {
      await system.startAll(signal);
      return system;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  /** Ends all processes, then the collector, so that what they flush still arrives. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all([...this.processes.values()].map((running) => running.stop(STOP_GRACE_MS)));
    await this.collector?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Names of the workloads that ended by themselves. */
  get died(): string[] {
    return [...this.deaths.keys()];
  }

  private async startAll(signal: AbortSignal): Promise<void> {
    const { secrets, binDirectory } = this.options;
    const localization = { ports: this.ports, secrets, binDirectory, directory: this.directory };
    const local = this.plan.workloads
      .filter(({ role }) => role !== 'otel-collector')
      .map((workload) => localize(workload, localization));
    const cancelled = whenAborted(signal).then(() => {
      throw new UserError('stopped before all was ready');
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
      if (!this.stopping && error instanceof UserError) watcher.failed(plan.title, error.message);
      throw error;
    }
    void running.exited.then((exit) => this.afterExit(plan, exit));
  }

  private spawn(plan: LocalProcess): RunningProcess {
    const { binDirectory, watcher } = this.options;
    const running = new RunningProcess(plan, binDirectory, (line) => watcher.line(plan.title, line));
    this.processes.set(plan.title, running);
    return running;
  }

  private afterExit(plan: LocalProcess, exit: Exit): void {
    if (this.stopping) return;
    const reason = describeExit(exit);
    const deaths = (this.deaths.get(plan.title) ?? 0) + 1;
    this.deaths.set(plan.title, deaths);
    this.options.watcher.died(plan.title, reason);
    if (!this.options.restart) return;
    if (deaths > MAX_RESTARTS) this.giveUp(new UserError(`${plan.title} ${reason} for the ${deaths}th time`));
    else this.launch(plan).catch((error: unknown) => this.giveUp(asUserError(error)));
  }
}

function asUserError(error: unknown): UserError {
  return error instanceof UserError ? error : new UserError(String(error), { cause: error });
}

/** The collector runs inside the command, so that what it received can be shown. */
async function startCollectorOf(plan: Plan, ports: LocalPorts): Promise<Collector | undefined> {
  const workload = plan.workloads.find(({ role }) => role === 'otel-collector');
  if (!workload) return undefined;
  return startCollector({
    host: LOOPBACK,
    grpcPort: ports.of(workload, 4317),
    httpPort: ports.of(workload, 4318),
  });
}
