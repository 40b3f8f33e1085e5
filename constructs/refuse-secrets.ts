import { Construct, type IConstruct } from 'constructs';
import { fail } from './fail';

/** What keys look like, by who gives them out. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  ['a key of a model provider', /\bsk-[A-Za-z0-9_-]{16,}/],
  ['a token of GitHub', /\bgh[pousr]_[A-Za-z0-9]{30,}/],
  ['a token of GitLab', /\bglpat-[A-Za-z0-9_-]{20,}/],
  ['a token of Slack', /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ['a key of AWS', /\bAKIA[0-9A-Z]{16}\b/],
  ['a key of Google', /\bAIza[0-9A-Za-z_-]{35}/],
  ['a JSON Web Token', /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a password in a URL', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/],
];

/**
 * Refuses props that hold a key in clear text, wherever in them: manifests are committed. The message says where it
 * stands and never what it is.
 */
export function refuseSecrets(scope: IConstruct, props: object): void {
  for (const { path, shape } of findSecrets(props, [])) {
    fail(scope, `${path} holds what looks like ${shape}`, 'put it in a Secret and give a SecretValue');
  }
}

/** Where in a value something looks like a key. */
export function findSecrets(value: unknown, path: readonly string[]): { path: string; shape: string }[] {
  if (typeof value === 'string') {
    const shape = SHAPES.find(([, pattern]) => pattern.test(value))?.[0];
    return shape ? [{ path: path.join('.'), shape }] : [];
  }
  // What another construct holds is refused there.
  if (typeof value !== 'object' || value === null || Construct.isConstruct(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => findSecrets(item, [...path, key]));
}
