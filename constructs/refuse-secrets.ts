import { Construct, type IConstruct } from 'constructs';
import { fail } from './fail';
import { isSecretName, secretShape } from './secret-shapes';

/**
 * Refuses props that hold a key in clear text, wherever in them: manifests are committed. The message says where it
 * stands and never what it is.
 */
export function refuseSecrets(scope: IConstruct, props: object): void {
  for (const { path, shape } of findSecrets(props, [])) {
    fail(scope, `${path} holds what looks like ${shape}`, 'put it in a Secret and give a SecretValue');
  }
}

/** Refuses texts that hold a secret by what they are called; by what they look like, `refuseSecrets` does. */
export function refuseSecretNames(
  scope: IConstruct,
  of: string,
  texts: Readonly<Record<string, unknown>>,
  fix: string,
): void {
  for (const [name, text] of Object.entries(texts)) {
    if (typeof text !== 'string' || text === '' || !isSecretName(name) || secretShape(text)) continue;
    fail(scope, `${of}.${name} holds a secret in clear text, going by its name`, fix);
  }
}

/** Refuses code with a key in it. What it puts into texts, and the mere heads of keys that it looks for, are none. */
export function refuseSecretCode(scope: IConstruct, of: string, code: string): void {
  const texts = code.replace(/\$\{[^{}]*\}/g, '').replace(/-----BEGIN [A-Z ]*-----(?=["'`/])/g, '');
  const shape = secretShape(texts);
  if (shape)
    fail(scope, `${of} holds what looks like ${shape}`, 'take it from a variable, set in env from a Secret');
}

/** Where in a value something looks like a key. */
export function findSecrets(value: unknown, path: readonly string[]): { path: string; shape: string }[] {
  if (typeof value === 'string') {
    const shape = secretShape(value);
    return shape ? [{ path: path.join('.'), shape }] : [];
  }
  // What another construct holds is refused there.
  if (typeof value !== 'object' || value === null || Construct.isConstruct(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => findSecrets(item, [...path, key]));
}
