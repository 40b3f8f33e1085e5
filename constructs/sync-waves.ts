import { type Chart, Lazy } from 'cdk8s';
import { type Workload } from './workload/workload';

/** Argo CD applies the objects of a lower wave, and waits until they are healthy, before those of a higher. */
export const SYNC_WAVE = 'argocd.argoproj.io/sync-wave';

/** The order in which Argo CD applies the workloads of charts: each after all that it calls. */
export class SyncWaves {
  private readonly charts = new Set<Chart>();
  private readonly waves = new Map<Workload, number>();

  /** Gives the objects of a chart their waves. */
  enable(chart: Chart): void {
    this.charts.add(chart);
  }

  /** Forgets what was worked out: the graph may have grown since. */
  reset(): void {
    this.waves.clear();
  }

  /** Annotation of the objects that make up a workload; none in a chart without waves. */
  annotationsOf(workload: Workload): Record<string, string> {
    return { [SYNC_WAVE]: this.lazy(workload, () => this.of(workload)) };
  }

  /** Annotation of the objects of a chart that its workloads need: what fills their Secrets, or leads to them. */
  annotationsBefore(chart: Chart): Record<string, string> {
    return { [SYNC_WAVE]: this.lazy({ chart }, () => -1) };
  }

  /** Annotation of the objects that need the workload up: what routes to it or scales it. */
  annotationsAfter(workload: Workload, all: () => readonly Workload[]): Record<string, string> {
    const last = () => {
      const ofChart = all().filter(({ chart }) => chart === workload.chart);
      return 1 + Math.max(...ofChart.map((member) => this.of(member)));
    };
    return { [SYNC_WAVE]: this.lazy(workload, last) };
  }

  /** Declared cycles do not count, and what is left has none: the way down always ends. */
  private of(workload: Workload): number {
    const known = this.waves.get(workload);
    if (known !== undefined) return known;
    const below = workload.callees.filter(({ chart }) => chart === workload.chart);
    const wave = below.reduce((highest, callee) => Math.max(highest, this.of(callee) + 1), 0);
    this.waves.set(workload, wave);
    return wave;
  }

  private lazy({ chart }: Pick<Workload, 'chart'>, wave: () => number): string {
    // A token, which cdk8s resolves to a string; undefined takes the annotation away.
    return Lazy.any({ produce: () => (this.charts.has(chart) ? String(wave()) : undefined) }) as string;
  }
}
