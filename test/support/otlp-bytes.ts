import { once } from 'node:events';
import { createServer } from 'node:http2';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Takes OTLP over gRPC and keeps it as it came: what is not in these bytes was not sent. */
export interface OtlpBytes {
  readonly url: string;
  /** All that was sent, as text. */
  readonly text: string;
  /** The same of one signal. */
  of(signal: 'traces' | 'metrics' | 'logs'): string;
  close(): Promise<void>;
}

const SERVICES = { traces: 'TraceService', metrics: 'MetricsService', logs: 'LogsService' } as const;
/** A message of no bytes: all was taken. */
const NOTHING_REJECTED = Buffer.alloc(5);

export async function takeOtlpBytes(): Promise<OtlpBytes> {
  const taken: { readonly path: string; readonly text: string }[] = [];
  const server = createServer().listen(0, '127.0.0.1');
  server.on('stream', (stream, headers) => {
    void buffer(stream).then((body) => {
      taken.push({ path: headers[':path'] ?? '', text: body.toString('utf8') });
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
      stream.end(NOTHING_REJECTED);
    });
  });
  await once(server, 'listening');
  const textOf = (service: string) =>
    taken
      .filter(({ path }) => path.includes(service))
      .map(({ text }) => text)
      .join('\n');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    get text() {
      return textOf('');
    },
    of: (signal) => textOf(SERVICES[signal]),
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
