import { until } from '../support/http';
import { type FaultWindow, makeTrouble } from './faults';
import { type Latency, latencyOf, whileRedisIsThere } from './latency';
import { type Done, type Ledger } from './ledger';
import { Load, type Outcome } from './load';
import { Scene } from './scene';
import { accountOf, type TelemetryAccount } from './telemetry-account';

/** What a soak found. */
export interface SoakReport {
  readonly outcomes: readonly Outcome[];
  readonly faults: readonly FaultWindow[];
  /** How much was done for all questions … */
  readonly done: Ledger['counts'];
  /** … and what of it was done for one question more than once, or asked again although it was answered. */
  readonly twice: readonly Done[];
  readonly before: Usage;
  readonly after: Usage;
  readonly latency: {
    readonly calm: Latency;
    /** Amid faults, but for those of Redis. */
    readonly amid: Latency;
    readonly withoutRedis: Latency;
    /** Calm again: what differs from before the faults, such as a busier machine, is not theirs. */
    readonly last: Latency;
  };
  readonly telemetry: TelemetryAccount;
  readonly exit: number | NodeJS.Signals | null;
  readonly stderr: string;
}

type Usage = ReturnType<Scene['usage']>;

/** Some load, then faults amid it for so long, then calm; what is left is counted. It ends all that it started. */
export async function soak(options: {
  readonly calmMs: number;
  readonly faultMs: number;
  /**
   * Connections that may still idle in the end, more than before: who keeps them does so for more than a minute, and
   * there are as many as were in use at once.
   */
  readonly idleSockets?: number;
}): Promise<SoakReport> {
  const scene = new Scene();
  await scene.start();
  const load = new Load(scene.url);
  try {
    await load.until(after(options.calmMs), true); // warm-up
    const calm = await load.until(after(options.calmMs), true);
    await load.rest();
    const before = scene.usage();
    const isOver = after(options.faultMs);
    const trouble = makeTrouble(scene, isOver);
    let isCalm = false;
    const amid = load.until(() => isCalm, false);
    const faults = await trouble;
    isCalm = true;
    await amid;
    await until(async () => (await readiness(scene)).unavailable === undefined);
    // A collector that was away is tried again after a pause.
    await load.until(() => (scene.stores.at(-1)?.spans.length ?? 0) > 0, true);
    const last = await load.until(after(options.calmMs), true);
    await load.rest();
    await until(() => scene.usage().sockets <= before.sockets + (options.idleSockets ?? 0));
    const usage = scene.usage();
    scene.agent.kill('SIGTERM');
    const exit = await scene.agent.exit;
    return {
      outcomes: load.outcomes,
      faults,
      done: scene.ledger.counts,
      twice: scene.ledger.twice,
      before,
      after: usage,
      latency: { ...latenciesOf(calm, await amid, faults), last: latencyOf(last) },
      telemetry: accountOf(scene.stores, load.outcomes),
      exit,
      stderr: await scene.agent.stderr,
    };
  } finally {
    await load.rest();
    await scene.close();
  }
}

function latenciesOf(
  calm: readonly Outcome[],
  amid: readonly Outcome[],
  faults: readonly FaultWindow[],
): Omit<SoakReport['latency'], 'last'> {
  const withRedis = new Set(whileRedisIsThere(amid, faults));
  return {
    calm: latencyOf(calm),
    amid: latencyOf([...withRedis]),
    withoutRedis: latencyOf(amid.filter((outcome) => !withRedis.has(outcome))),
  };
}

async function readiness(scene: Scene): Promise<{ readonly unavailable?: readonly string[] }> {
  return (await fetch(`${scene.url}/ready`)).json() as Promise<{ unavailable?: string[] }>;
}

function after(milliseconds: number): () => boolean {
  const end = performance.now() + milliseconds;
  return () => performance.now() >= end;
}
