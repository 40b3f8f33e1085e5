import { percentile } from '../bench/figures';
import { until } from '../support/http';
import { makeTrouble } from './faults';
import { Load, type Outcome } from './load';
import { Scene } from './scene';

/** What a soak found. */
export interface SoakReport {
  readonly outcomes: readonly Outcome[];
  readonly faults: Readonly<Record<string, number>>;
  /** Questions that nothing went wrong with, and that the model was asked more often than once. */
  readonly askedTwice: readonly Outcome[];
  readonly before: Usage;
  readonly after: Usage;
  /** Milliseconds, median: of questions that nothing went wrong with, before the faults and amid them. */
  readonly calmMs: number;
  readonly amidMs: number;
  /** Of questions after the faults, whose traces did not arrive. */
  readonly lostTraces: readonly string[];
  /** Of all questions, which share of traces arrived. */
  readonly traceShare: number;
  readonly exit: number | NodeJS.Signals | null;
  readonly stderr: string;
}

type Usage = ReturnType<Scene['usage']>;

/** Some load, then faults amid it for so long, then calm; what is left is counted. It ends all that it started. */
export async function soak(options: {
  readonly calmMs: number;
  readonly faultMs: number;
}): Promise<SoakReport> {
  const scene = new Scene();
  await scene.start();
  const load = new Load(scene.url);
  try {
    await load.until(after(options.calmMs), true); // warm-up
    const calm = await load.until(after(options.calmMs), true);
    const before = scene.usage();
    const isOver = after(options.faultMs);
    const trouble = makeTrouble(scene, isOver);
    let isCalm = false;
    const amid = load.until(() => isCalm, false);
    const faults = await trouble;
    isCalm = true;
    await amid;
    await until(async () => (await readiness(scene)).unavailable === undefined);
    // A collector that was away is tried again after ever longer pauses; until it is found, nothing can be sent.
    await load.until(() => (scene.stores.at(-1)?.spans.length ?? 0) > 0, true);
    const last = await load.until(after(options.calmMs), true);
    await load.close();
    await until(() => scene.usage().sockets <= before.sockets);
    const usage = scene.usage();
    scene.agent.kill('SIGTERM');
    const exit = await scene.agent.exit;
    return {
      ...reportOf(scene, load, { calm, amid: await amid, last }),
      faults,
      before,
      after: usage,
      exit,
      stderr: await scene.agent.stderr,
    };
  } finally {
    await load.close();
    await scene.close();
  }
}

function reportOf(
  scene: Scene,
  load: Load,
  parts: Readonly<Record<'calm' | 'amid' | 'last', readonly Outcome[]>>,
) {
  const arrived = new Set(scene.stores.flatMap(({ spans }) => spans.map(({ traceId }) => traceId)));
  const traces = load.outcomes.flatMap(({ traceId }) => traceId ?? []);
  const isPlain = ({ question }: Outcome) =>
    question.kind === 'plain' && !question.fault && !question.hangsUp;
  const median = (outcomes: readonly Outcome[]) =>
    percentile(
      outcomes.filter(isPlain).map(({ milliseconds }) => milliseconds),
      0.5,
    );
  return {
    outcomes: load.outcomes,
    askedTwice: load.outcomes.filter(
      (outcome) => isPlain(outcome) && scene.callsOf(outcome.question.id) !== 1,
    ),
    calmMs: median(parts.calm),
    amidMs: median(parts.amid),
    lostTraces: parts.last.flatMap(({ traceId }) =>
      traceId === undefined || arrived.has(traceId) ? [] : traceId,
    ),
    traceShare: traces.filter((id) => arrived.has(id)).length / traces.length,
  };
}

async function readiness(scene: Scene): Promise<{ readonly unavailable?: readonly string[] }> {
  return (await fetch(`${scene.url}/ready`)).json() as Promise<{ unavailable?: string[] }>;
}

function after(milliseconds: number): () => boolean {
  const end = performance.now() + milliseconds;
  return () => performance.now() >= end;
}
