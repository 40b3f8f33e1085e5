import { type AddressInfo } from 'node:net';
import { type FastifyInstance } from 'fastify';
import { buildGrpcReceiver, closeGrpc, listenGrpc } from './grpc-receiver';
import { buildHttpReceiver } from './http-receiver';
import { TelemetryStore, type StoreLimits } from './store';

export interface CollectorOptions {
  readonly host: string;
  /** Port of OTLP over gRPC; 0 takes any that is free. */
  readonly grpcPort: number;
  /** Port of OTLP over HTTP; 0 takes any that is free. */
  readonly httpPort: number;
  /**
   * Records kept of each kind.
   * @default - `STORE_LIMITS`
   */
  readonly limits?: StoreLimits;
}

export interface Collector {
  readonly store: TelemetryStore;
  /** `http://host:port`, as `OTEL_EXPORTER_OTLP_ENDPOINT` wants it. */
  readonly grpcUrl: string;
  readonly httpUrl: string;
  /** Stops listening within a second, whoever is still connected. What was received stays in the store. */
  close(): Promise<void>;
}

/**
 * Starts an OTLP receiver in this process, gRPC and HTTP, that keeps what it is sent in memory.
 * @throws when a port cannot be had; the message names it, and nothing is left listening
 */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { host, limits } = options;
  const store = new TelemetryStore(limits);
  const grpc = buildGrpcReceiver(store, MAX_REQUEST_BYTES);
  const http = buildHttpReceiver(store, MAX_REQUEST_BYTES);
  const close = async () => {
    await Promise.all([closeGrpc(grpc, CLOSE_GRACE_MS), http.close()]);
  };

  const listening = [
    listenGrpc(grpc, host, options.grpcPort).catch(refusal('gRPC', host, options.grpcPort)),
    http.listen({ host, port: options.httpPort }).then(portOf(http), refusal('HTTP', host, options.httpPort)),
  ] as const;
  try {
    const [grpcPort, httpPort] = await Promise.all(listening);
    return { store, grpcUrl: `http://${host}:${grpcPort}`, httpUrl: `http://${host}:${httpPort}`, close };
  } catch (error) {
    await Promise.allSettled(listening); // what is still opening could not be closed
    await close();
    throw error;
  }
}

const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
const CLOSE_GRACE_MS = 500;

function portOf(http: FastifyInstance): () => number {
  return () => (http.server.address() as AddressInfo).port; // it listens on TCP
}

function refusal(protocol: string, host: string, port: number): (cause: unknown) => never {
  return (cause) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const problem = reason.includes('EADDRINUSE')
      ? 'is in use; stop what listens there or choose another port'
      : `cannot be opened: ${reason}`;
    throw new Error(`OTLP ${protocol} port ${port} on ${host} ${problem}`, { cause });
  };
}
