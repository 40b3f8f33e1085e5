import { metrics } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { envDetector, serviceInstanceIdDetector } from '@opentelemetry/resources';
import { BatchLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { heldLogs, heldTraces, positiveNumber } from './held-signals';
import { Instruments } from './instruments';
import { ATTRIBUTE, LABEL, METRIC, scopeName } from './names';

export interface StartedSdk {
  /** Sends what is left and stops. */
  shutdown(): Promise<void>;
  /** Says how much of what was left has not been sent. */
  giveUp(): void;
}

/**
 * The SDK for all three signals, configured by the standard variables: exporters, protocol, headers, sampler,
 * batches, intervals. Where the protocol is not given it is gRPC, as in KAOS; the SDK's own default is HTTP,
 * which a gRPC port refuses without a word. The process detector stays out: it exports the command line.
 * Nothing is patched, so it does not matter when modules load. Spans and log records are held while the collector
 * is away; metrics are totals, and the next export makes a failed one good.
 */
export function startSdk(service: string): StartedSdk {
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL ||= 'grpc';
  let instruments: Instruments | undefined;
  const onDrop = (signal: string) => (count: number) => {
    // Not earlier: before the SDK has started there is no meter.
    instruments ??= new Instruments(metrics.getMeter(scopeName(service)));
    const labels = { [ATTRIBUTE.agentName]: service, [LABEL.signal]: signal };
    instruments.count(METRIC.telemetryDropped, labels, count);
  };
  const traces = heldTraces(onDrop('traces'));
  const logs = heldLogs(onDrop('logs'));
  const sdk = new NodeSDK({
    serviceName: service,
    resourceDetectors: [serviceInstanceIdDetector, envDetector],
    textMapPropagator: new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    }),
    ...(traces ? { traceExporter: traces } : {}),
    ...(logs
      ? { logRecordProcessors: [new BatchLogRecordProcessor({ exporter: logs, ...logBatches() })] }
      : {}),
  });
  sdk.start();
  return {
    shutdown: () => sdk.shutdown(),
    giveUp: () => [traces, logs].forEach((held) => held?.giveUp()),
  };
}

/** For a processor that it has not made itself NodeSDK does not read them. */
function logBatches() {
  return {
    maxQueueSize: positiveNumber('OTEL_BLRP_MAX_QUEUE_SIZE'),
    scheduledDelayMillis: positiveNumber('OTEL_BLRP_SCHEDULE_DELAY'),
    exportTimeoutMillis: positiveNumber('OTEL_BLRP_EXPORT_TIMEOUT'),
    maxExportBatchSize: positiveNumber('OTEL_BLRP_MAX_EXPORT_BATCH_SIZE'),
  };
}
