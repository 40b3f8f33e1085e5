import { type FastifyInstance } from 'fastify';
import { type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
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
  const traffic = watchTraffic(server);
  const stop = async (signal: NodeJS.Signals) => {
    process.once('SIGTERM', exitAtOnce).once('SIGINT', exitAtOnce);
    log.info(`${signal}: finishing what runs`);
    traffic.lastAnswers();
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

/** Knows what a server is busy with, so that no more than that can hold up its end. */
function watchTraffic({ server }: FastifyInstance): { lastAnswers(): void } {
  const sockets = new Set<Socket>();
  const running = new Set<ServerResponse>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (_request, response: ServerResponse) => {
    running.add(response);
    response.once('close', () => running.delete(response));
  });
  return {
    lastAnswers() {
      // A connection kept alive after its answer would count as running, and so would one that was opened in advance.
      for (const response of running) {
        const { socket } = response;
        response.shouldKeepAlive = false;
        // One that has begun has promised to keep it.
        if (response.headersSent) response.once('close', () => socket?.end());
      }
      const busy = new Set([...running].map((response) => response.socket));
      for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
    },
  };
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
