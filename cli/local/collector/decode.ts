import Long from 'long';
import protos from 'otlp-protos/build/src/generated/root.js';
import { configure, util } from 'protobufjs/minimal';
import { InvalidTelemetry, message, type Message } from './read';
import { type Signal } from './records';

// protobufjs looks for `long` at run time, which a bundler cannot see; without it, times would be rounded.
util.Long = Long;
configure();

/** An export request in OTLP's binary form, with the field names of its JSON form. */
export function decodeProtobuf(signal: Signal, bytes: Uint8Array): Message {
  const type = REQUESTS[signal];
  try {
    return type.toObject(type.decode(bytes), { longs: String });
  } catch (cause) {
    throw new InvalidTelemetry(`the body is not an OTLP ${signal} request in protobuf`, { cause });
  }
}

/** An export request in OTLP's JSON form. */
export function decodeJson(signal: Signal, json: string): Message {
  try {
    return message(JSON.parse(withQuotedBigNumbers(json)), 'the body');
  } catch (cause) {
    if (cause instanceof InvalidTelemetry) throw cause;
    throw new InvalidTelemetry(`the body is not an OTLP ${signal} request in JSON`, { cause });
  }
}

/**
 * OTLP lets a writer send 64-bit numbers unquoted, and `JSON.parse` would round them. Strings are matched
 * first so that digits within them stay as they are.
 */
function withQuotedBigNumbers(json: string): string {
  if (!/[[:,\s]-?\d{16}/.test(json)) return json;
  return json.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,20}(?![\d.eE])/gs, (match) =>
    match.startsWith('"') ? match : `"${match}"`,
  );
}

interface RequestType {
  decode(bytes: Uint8Array): object;
  toObject(request: object, options: { longs: typeof String }): Message;
}

/** The generated root carries no types of its own messages, so what is used of them is stated here. */
interface Services {
  readonly trace: { readonly v1: { readonly ExportTraceServiceRequest: RequestType } };
  readonly metrics: { readonly v1: { readonly ExportMetricsServiceRequest: RequestType } };
  readonly logs: { readonly v1: { readonly ExportLogsServiceRequest: RequestType } };
}

const { collector } = (protos as unknown as { opentelemetry: { proto: { collector: Services } } })
  .opentelemetry.proto;

const REQUESTS: Readonly<Record<Signal, RequestType>> = {
  traces: collector.trace.v1.ExportTraceServiceRequest,
  metrics: collector.metrics.v1.ExportMetricsServiceRequest,
  logs: collector.logs.v1.ExportLogsServiceRequest,
};
