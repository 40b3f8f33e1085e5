import { metrics } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { serviceInstanceIdDetector } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { heldLogs, heldTraces } from './held-signals';
import { Instruments } from './instruments';
import { ATTRIBUTE, LABEL, METRIC, scopeName } from './names';
import { type Redactor } from './redaction/redactor';
import { logProcessors, metricViews, redactedEnvDetector, spanProcessors } from './signals';

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
export function startSdk(service: string, redactor: Redactor): StartedSdk {
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL ||= 'grpc';
  let instruments: Instruments | undefined = undefined;
  const onDrop = (signal: string) => (count: number) => {
    const labels = { [ATTRIBUTE.agentName]: service, [LABEL.signal]: signal };
    instruments?.count(METRIC.telemetryDropped, labels, count);
  };
  const traces = heldTraces(onDrop('traces'));
  const logs = heldLogs(onDrop('logs'));
  const sdk = new NodeSDK({
    serviceName: service,
    resourceDetectors: [serviceInstanceIdDetector, redactedEnvDetector(redactor)],
    textMapPropagator: new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    }),
    spanProcessors: spanProcessors(traces, redactor),
    logRecordProcessors: logProcessors(logs, redactor),
    views: metricViews(redactor),
  });
  sdk.start();
  // Before there is no meter, and once the SDK has stopped there is none any more.
  instruments = new Instruments(metrics.getMeter(scopeName(service)));
  return {
    shutdown: () => sdk.shutdown(),
    giveUp: () => [traces, logs].forEach((held) => held.giveUp()),
  };
}
