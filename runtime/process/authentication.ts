import { type FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Logger } from 'pino';
import { secretsIn } from '../contract/env-reader';
import { AuthenticationError, UnavailableError } from './errors';
import { type Secret, SecretError } from './secret';

/**
 * Lets a request pass that shows one of the keys. They are read anew for each, so that a key may be replaced, or
 * stand beside its successor for a while.
 *
 * @throws AuthenticationError without a key or with a wrong one, UnavailableError when the keys cannot be had
 */
export function requireKey(keys: Secret, log: Logger): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const shown = keyShownBy(request);
    const valid = await readKeys(keys, log);
    if (!valid) throw new UnavailableError('keys_unavailable', 'the keys of the agent cannot be read');
    if (shown === undefined || !isOneOf(valid, shown)) throw new AuthenticationError();
  };
}

/** The bearer token of a request. */
export function keyShownBy(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** All keys of a secret; undefined when they cannot be had, which is logged. */
export async function readKeys(keys: Secret, log: Logger): Promise<string[] | undefined> {
  try {
    return secretsIn((await keys.read()) ?? '');
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    log.error({ err: error }, 'callers cannot be told apart, so none is let in');
    return undefined;
  }
}

/** Takes as long for each wrong key, wherever it differs: hashes are of one length, and all are compared. */
export function isOneOf(keys: readonly string[], shown: string): boolean {
  const hash = sha256(shown);
  return keys.map((key) => timingSafeEqual(sha256(key), hash)).includes(true);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
