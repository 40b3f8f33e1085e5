import { type HistogramPoint, type NumberPoint, type TopologyRun } from './topology-run';

/** A point, and whose it is. */
type Of<Point> = Point & { readonly service: string };

/** The points of a counter or gauge, of all services. */
export function pointsOf({ metrics }: TopologyRun, name: string): Of<NumberPoint>[] {
  return metrics.flatMap((metric) => {
    if (metric.name !== name || (metric.type !== 'sum' && metric.type !== 'gauge')) return [];
    return metric.points.map((point) => ({ ...point, service: metric.service }));
  });
}

/** The points of a histogram, of all services. */
export function distributionsOf({ metrics }: TopologyRun, name: string): Of<HistogramPoint>[] {
  return metrics.flatMap((metric) => {
    if (metric.name !== name || metric.type !== 'histogram') return [];
    return metric.points.map((point) => ({ ...point, service: metric.service }));
  });
}
