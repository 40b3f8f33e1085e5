import { type FastifyInstance } from 'fastify';
import { constants } from 'node:os';
import { type Logger } from 'pino';
import { DRAIN_SECONDS, HEALTH_PATH, READY_PATH } from '../contract';
import { DrainingError } from './errors';
import { errorReply } from './http-errors';
import { Traffic } from './traffic';

/** Something that must be closed before the process may end. */
export interface Closing {
  close(): Promise<unknown>;
}

/** Something that works on without a request. */
export interface Draining {
  /** Begins nothing more, and settles when all is done; what is not by then is given up. */
  drain(graceMs: number): Promise<unknown>;
}

/** What works without a request is given up before those are cut off who listen to it. */
const DRAIN_MARGIN_MS = 1_000;

/**
 * Listens, and on SIGTERM or SIGINT begins nothing more, finishes what runs, closes all else in the order given and
 * exits with 0. A second signal exits at once with what a shell makes of it: 143 or 130. A port that cannot be had
 * ends the process with 1.
 */
export async function serve(
  server: FastifyInstance,
  options: {
    readonly host: string;
    readonly port: number;
    readonly log: Logger;
    readonly draining?: readonly Draining[];
    readonly closing: readonly Closing[];
  },
): Promise<void> {
  const { host, port, log, draining = [], closing } = options;
  const traffic = new Traffic(server.server);
  refuseWhenEnding(server, traffic, log);
  const stop = async (signal: NodeJS.Signals) => {
    process.once('SIGTERM', exitAtOnce).once('SIGINT', exitAtOnce);
    log.info(`${signal}: finishing what runs`);
    await drain(server, traffic, draining, log);
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

/** Whoever still comes is told so, rather than that nobody is there; the process lives, and is not ready. */
function refuseWhenEnding(server: FastifyInstance, traffic: Traffic, log: Logger): void {
  server.addHook('onRequest', (request, reply, done) => {
    const path = request.url.split('?')[0];
    if (!traffic.isEnding || path === HEALTH_PATH) return done();
    const { status, headers = {}, body } = errorReply(new DrainingError(), log);
    const said = path === READY_PATH ? { status: 'draining' } : body;
    return void reply.code(status).headers(headers).send(said);
  });
}

async function drain(
  server: FastifyInstance,
  traffic: Traffic,
  draining: readonly Draining[],
  log: Logger,
): Promise<void> {
  const cut = setTimeout(() => {
    log.warn(`requests still run after ${DRAIN_SECONDS} s; cutting them off`);
    server.server.closeAllConnections();
  }, DRAIN_SECONDS * 1000);
  const graceMs = DRAIN_SECONDS * 1000 - DRAIN_MARGIN_MS;
  await Promise.all([traffic.end(), ...draining.map((part) => part.drain(graceMs))]);
  await server.close();
  clearTimeout(cut);
}

function exitAtOnce(signal: NodeJS.Signals): never {
  process.exit(128 + constants.signals[signal]);
}
