import { type FastifyInstance } from 'fastify';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { claimPort } from '../../cli/local/ports';

const HOST = '127.0.0.1';

/** A server that listens on loopback. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Stops at once, whoever is still connected. */
  close(): Promise<void>;
}

/** @param port 0 takes any that is free */
export async function listenFastify(app: FastifyInstance, port = 0): Promise<Listening> {
  await app.listen({ host: HOST, port });
  return {
    ...addressOf(app.server),
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

/** @param port 0 takes any that is free */
export async function listenHttp(listener: RequestListener, port = 0): Promise<Listening> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, HOST, resolve);
  });
  return {
    ...addressOf(server),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An address at which nothing listens, and nothing else will, until a test does. */
export async function nobodyAt(): Promise<Listening> {
  const { port, release } = await claimPort();
  return { url: `http://${HOST}:${port}`, port, close: async () => release() };
}

export interface JsonReply {
  readonly status: number;
  readonly headers: Headers;
  // What came over the wire; tests say what they expect of it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export async function postJson(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<JsonReply> {
  const reply = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
  return { status: reply.status, headers: reply.headers, body: await reply.json() };
}

export async function getJson(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<JsonReply> {
  const reply = await fetch(url, { headers });
  return { status: reply.status, headers: reply.headers, body: await reply.json() };
}

/** Something that a test waits for, and its other end. */
export interface Signal<T = void> {
  readonly happened: Promise<T>;
  happen(value: T): void;
}

export function signalled<T = void>(): Signal<T> {
  let happen: (value: T) => void = () => undefined;
  const happened = new Promise<T>((resolve) => {
    happen = resolve;
  });
  return { happened, happen };
}

/** Looks again with each turn of the event loop, in which all that is under way goes on. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}

/** For what is ordered by when it happened, in milliseconds. */
export function nextMillisecond(): Promise<void> {
  const now = Date.now();
  return until(() => Date.now() > now);
}

function addressOf(server: Server): { url: string; port: number } {
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return { url: `http://${HOST}:${port}`, port };
}
