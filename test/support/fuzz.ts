import fc from 'fast-check';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Where things go wrong: what prototypes know, what looks like something else, what is too much. */
export const word = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'toString',
    'null',
    '\u0000',
    '\ud800',
    '{}',
    '[DONE]',
    '-0',
    '1e999',
  ),
);
export const json = fc.jsonValue({ maxDepth: 4 });
export const value = fc.oneof(json, word, fc.constantFrom(1e308, -1, 0, 2 ** 53, true, null));

/** Bodies: those that `likely` makes, pieces of them, any JSON and any bytes. */
export function bodies(likely: fc.Arbitrary<string>): fc.Arbitrary<string | Buffer> {
  return fc.oneof(
    { weight: 6, arbitrary: likely },
    { weight: 1, arbitrary: json.map((any) => JSON.stringify(any)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: likely.chain((whole) => fc.nat(whole.length).map((end) => whole.slice(0, end))),
    },
  );
}

/** Requests as they go over the wire, of those headers and paths among others. */
export function requests(
  headers: readonly string[],
  values: readonly string[],
  paths: readonly string[],
  body: string,
): fc.Arbitrary<string> {
  const header = fc.tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...headers) }, { weight: 1, arbitrary: word }),
    fc.oneof(word, fc.constantFrom(...values)),
  );
  const path = fc.oneof(
    fc.constantFrom(...paths, '/', '*', '//', '/..'),
    fc.string({ unit: 'binary' }).map((any) => `/${any}`),
  );
  const method = fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'CONNECT', 'TRACE', 'get', '');
  return fc
    .tuple(method, path, fc.array(header, { maxLength: 5 }), fc.oneof(word, fc.constant(body)))
    .map(([method, target, all, content]) => {
      const sent = all.map(([key, each]) => `${key}: ${each}\r\n`).join('');
      return `${method} ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${sent}\r\n${content}`;
    });
}

const THROW_MS = 2_500;

/** As many as the machine takes in that time; a failure says the seed that repeats it. */
export async function throwAll<T>(property: fc.IAsyncProperty<T>): Promise<void> {
  const end = performance.now() + THROW_MS;
  do await fc.assert(property, { numRuns: 2 });
  while (performance.now() < end);
}

/** Side by side, as they come in life; and much sooner done. */
export function batchOf<T>(each: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(each, { minLength: 20, maxLength: 20 });
}

/** All that a server says to those bytes; some it waits to see the end of. */
export async function raw(port: number, sent: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.end(sent);
  return text(socket).catch(() => '');
}

/** Errors that nobody caught, from now on. */
export interface StrayErrors {
  readonly errors: readonly unknown[];
  stop(): void;
}

export function watchStrayErrors(): StrayErrors {
  const errors: unknown[] = [];
  const note = (error: unknown) => void errors.push(error);
  process.on('unhandledRejection', note).on('uncaughtException', note);
  return {
    errors,
    stop: () => void process.off('unhandledRejection', note).off('uncaughtException', note),
  };
}
