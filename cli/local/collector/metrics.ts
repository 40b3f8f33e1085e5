import {
  attributes,
  message,
  messages,
  number,
  numbers,
  optionalNumber,
  text,
  unixNano,
  type Message,
} from './read';
import {
  type ExponentialHistogramPoint,
  type HistogramPoint,
  type MetricRecord,
  type NumberPoint,
} from './records';
import { resourceOf } from './resource';

/** The metrics of an `ExportMetricsServiceRequest`, one record for each service and name. */
export function metricsOf(request: Message): MetricRecord[] {
  const merged = new Map<string, MetricRecord>();
  for (const batch of messages(request.resourceMetrics, 'resourceMetrics')) {
    const { service } = resourceOf(batch);
    for (const group of messages(batch.scopeMetrics, 'scopeMetrics')) {
      for (const metric of messages(group.metrics, 'metrics')) {
        const record = metricOf(metric, service);
        if (record) merged.set(metricKey(record), merge(merged.get(metricKey(record)), record));
      }
    }
  }
  return [...merged.values()];
}

/** What tells one metric from another. */
export function metricKey({ service, name }: MetricRecord): string {
  return JSON.stringify([service, name]);
}

/** Two scopes, or two replicas behind one resource list, may report the same metric in one request. */
function merge(before: MetricRecord | undefined, record: MetricRecord): MetricRecord {
  if (before?.type !== record.type) return record;
  return { ...record, points: [...before.points, ...record.points] } as MetricRecord; // same type, same points
}

/** Undefined for a summary: OpenTelemetry's own SDKs never send one. */
function metricOf(metric: Message, service: string): MetricRecord | undefined {
  const named = { service, name: text(metric.name, 'metric.name'), unit: text(metric.unit, 'metric.unit') };
  if (metric.sum) return { ...named, type: 'sum', points: pointsOf(metric.sum).map(numberPoint) };
  if (metric.gauge) return { ...named, type: 'gauge', points: pointsOf(metric.gauge).map(numberPoint) };
  if (metric.histogram)
    return { ...named, type: 'histogram', points: pointsOf(metric.histogram).map(histogramPoint) };
  if (metric.exponentialHistogram) {
    const points = pointsOf(metric.exponentialHistogram).map(exponentialHistogramPoint);
    return { ...named, type: 'exponential_histogram', points };
  }
  return undefined;
}

function pointsOf(data: unknown): Message[] {
  return messages(message(data, 'metric').dataPoints, 'dataPoints');
}

function pointOf(point: Message) {
  return {
    attributes: attributes(point.attributes, 'dataPoint.attributes'),
    startUnixNano: unixNano(point.startTimeUnixNano, 'dataPoint.startTimeUnixNano'),
    timeUnixNano: unixNano(point.timeUnixNano, 'dataPoint.timeUnixNano'),
  };
}

function numberPoint(point: Message): NumberPoint {
  return { ...pointOf(point), value: number(point.asInt ?? point.asDouble, 'dataPoint.value') };
}

function distribution(point: Message) {
  return {
    ...pointOf(point),
    count: number(point.count, 'dataPoint.count'),
    sum: optionalNumber(point.sum, 'dataPoint.sum'),
    min: optionalNumber(point.min, 'dataPoint.min'),
    max: optionalNumber(point.max, 'dataPoint.max'),
  };
}

function histogramPoint(point: Message): HistogramPoint {
  return {
    ...distribution(point),
    bucketCounts: numbers(point.bucketCounts, 'dataPoint.bucketCounts'),
    explicitBounds: numbers(point.explicitBounds, 'dataPoint.explicitBounds'),
  };
}

function exponentialHistogramPoint(point: Message): ExponentialHistogramPoint {
  return {
    ...distribution(point),
    scale: number(point.scale, 'dataPoint.scale'),
    zeroCount: number(point.zeroCount, 'dataPoint.zeroCount'),
    positive: buckets(point.positive, 'dataPoint.positive'),
    negative: buckets(point.negative, 'dataPoint.negative'),
  };
}

function buckets(value: unknown, path: string) {
  const { offset, bucketCounts } = message(value, path);
  return {
    offset: number(offset, `${path}.offset`),
    bucketCounts: numbers(bucketCounts, `${path}.bucketCounts`),
  };
}
