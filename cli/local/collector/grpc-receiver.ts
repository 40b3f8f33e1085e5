import { once } from 'node:events';
import { createServer } from 'node:net';
import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { decodeProtobuf } from './decode';
import { InvalidTelemetry } from './read';
import { SIGNALS, type Signal } from './records';
import { type TelemetryStore } from './store';

const SERVICES: Readonly<Record<Signal, string>> = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
};

/** OTLP over gRPC into the store, not yet listening. */
export function buildGrpcReceiver(store: TelemetryStore, maxBytes: number): Server {
  const server = new Server({ 'grpc.max_receive_message_length': maxBytes });
  for (const signal of SIGNALS) {
    server.addService(definitionOf(SERVICES[signal]), {
      Export(call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) {
        try {
          store.add(signal, decodeProtobuf(signal, call.request));
          respond(null, EMPTY_RESPONSE);
        } catch (error) {
          respond(failureOf(error));
        }
      },
    });
  }
  return server;
}

/** Resolves to the port that it listens on. */
export async function listenGrpc(server: Server, host: string, port: number): Promise<number> {
  await holdOnce(host, port);
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
}

/** grpc-js writes a line of its own to stderr when it cannot have the port, so a plain socket asks first. */
async function holdOnce(host: string, port: number): Promise<void> {
  const probe = createServer().listen(port, host);
  await once(probe, 'listening');
  probe.close();
  await once(probe, 'close');
}

/** Lets running calls end within the grace period, then cuts every connection. */
export function closeGrpc(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => server.forceShutdown(), graceMs);
    server.tryShutdown(() => {
      clearTimeout(patience);
      resolve();
    });
  });
}

/** An export response that reports nothing rejected is, in protobuf, no bytes at all. */
const EMPTY_RESPONSE = Buffer.alloc(0);

/** Requests stay bytes until the handler decodes them, so that garbage is INVALID_ARGUMENT and not INTERNAL. */
function definitionOf(service: string): ServiceDefinition {
  const bytes = (value: Buffer) => value;
  return {
    Export: {
      path: `/${service}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    },
  };
}

function failureOf(error: unknown): { code: status; details: string } {
  if (error instanceof InvalidTelemetry) return { code: status.INVALID_ARGUMENT, details: error.message };
  return { code: status.INTERNAL, details: 'the collector failed to take the request' };
}
