import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { envDetector, serviceInstanceIdDetector } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';

/**
 * The SDK for all three signals, configured by the standard variables: exporters, protocol, headers, sampler,
 * batches, intervals. Where the protocol is not given it is gRPC, as in KAOS; the SDK's own default is HTTP,
 * which a gRPC port refuses without a word. The process detector stays out: it exports the command line.
 * Nothing is patched, so it does not matter when modules load.
 */
export function startSdk(service: string): NodeSDK {
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL ||= 'grpc';
  const sdk = new NodeSDK({
    serviceName: service,
    resourceDetectors: [serviceInstanceIdDetector, envDetector],
    textMapPropagator: new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    }),
  });
  sdk.start();
  return sdk;
}
