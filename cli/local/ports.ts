import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { UserError } from './errors';

/** The only address on which anything listens here. */
export const LOOPBACK = '127.0.0.1';

/** Below what Linux (32768), macOS and Windows (49152) take for connections that go out. */
const FIRST = 20_000;
const COUNT = 12_000;
const TRIES = 100;

/** A port that is nobody else's. */
export interface ClaimedPort {
  readonly port: number;
  /** Lets others have it. Once is enough; again does nothing. */
  release(): void;
}

/**
 * A port on which nobody listens, and which nobody who asks here gets as long as it is claimed, whether or not
 * somebody listens on it by then. It is claimed by holding the UDP port of the same number: a process that starts
 * later, or is started again, can have the TCP port, while other commands of this machine choose another.
 *
 * @param except ports that are not to be had
 * @throws UserError when none is found
 */
export async function claimPort(except: ReadonlySet<number> = new Set()): Promise<ClaimedPort> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    const claim = except.has(port) ? undefined : await claimUdp(port);
    if (!claim) continue;
    if (await isFree(port)) return claim;
    claim.release();
  }
  throw new UserError(`no free port was found from ${FIRST} to ${FIRST + COUNT - 1} on ${LOOPBACK}`);
}

async function claimUdp(port: number): Promise<ClaimedPort | undefined> {
  const socket = createSocket('udp4').unref();
  try {
    socket.bind({ port, address: LOOPBACK, exclusive: true });
    await once(socket, 'listening');
    let isClaimed = true;
    const release = () => {
      if (isClaimed) socket.close();
      isClaimed = false;
    };
    return { port, release };
  } catch {
    socket.close();
    return undefined;
  }
}

/** Whether nobody listens on a port. */
export async function isFree(port: number): Promise<boolean> {
  return (await whyTaken(port)) === undefined;
}

/** Why a port cannot be listened on, if so. */
export async function whyTaken(port: number): Promise<NodeJS.ErrnoException | undefined> {
  const server = createServer();
  try {
    server.listen({ port, host: LOOPBACK, exclusive: true });
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
