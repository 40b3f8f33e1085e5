import { type FastifyInstance } from 'fastify';
import { type ServerResponse } from 'node:http';
import { type Logger } from 'pino';
import { DRAIN_SECONDS } from '../contract';

/** Something that must be closed before the process may end. */
export interface Closing {
  close(): Promise<unknown>;
}

/**
 * Listens, and on SIGTERM or SIGINT finishes what runs, closes all else in the order given and exits with 0.
 * A second signal exits at once. A port that cannot be had ends the process with 1.
 */
export async function serve(
  server: FastifyInstance,
  options: { host: string; port: number; log: Logger; closing: readonly Closing[] },
): Promise<void> {
  const { host, port, log, closing } = options;
  const running = runningResponses(server);
  const stop = async (signal: NodeJS.Signals) => {
    process.once('SIGTERM', exitAtOnce).once('SIGINT', exitAtOnce);
    log.info(`${signal}: finishing what runs`);
    // A connection kept alive after its answer would count as running.
    for (const response of running) response.shouldKeepAlive = false;
    await drain(server, log);
    for (const part of closing) {
      await part.close().catch((error: unknown) => log.error({ err: error }, 'could not close'));
    }
    process.exit(0);
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  try {
    await server.listen({ host, port });
    log.info(`listening on ${host}:${port}`);
  } catch (error) {
    log.fatal({ err: error }, `cannot listen on ${host}:${port}`);
    await Promise.allSettled(closing.map((part) => part.close()));
    process.exit(1);
  }
}

function runningResponses({ server }: FastifyInstance): ReadonlySet<ServerResponse> {
  const running = new Set<ServerResponse>();
  server.on('request', (_request, response: ServerResponse) => {
    running.add(response);
    response.once('close', () => running.delete(response));
  });
  return running;
}

async function drain(server: FastifyInstance, log: Logger): Promise<void> {
  const cut = setTimeout(() => {
    log.warn(`requests still run after ${DRAIN_SECONDS} s; cutting them off`);
    server.server.closeAllConnections();
  }, DRAIN_SECONDS * 1000);
  await server.close();
  clearTimeout(cut);
}

function exitAtOnce(): never {
  process.exit(1);
}
