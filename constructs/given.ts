import { type SecretValue } from 'cdk8s-plus-28';
import { Construct, type IConstruct } from 'constructs';
import { fail } from './fail';

/** What a prop can be asked to be. */
const KINDS = {
  text: (value: unknown) => typeof value === 'string',
  list: (value: unknown) => Array.isArray(value),
  object: (value: unknown) => typeof value === 'object' && value !== null,
  construct: (value: unknown) => Construct.isConstruct(value),
};

/**
 * A required prop, or what stands for it until synthesis reports that it is missing: props that come from a file have
 * met no compiler.
 */
export function given<T>(
  scope: IConstruct,
  name: string,
  value: T,
  kind: keyof typeof KINDS,
  standIn: () => NoInfer<T>,
): T {
  if (KINDS[kind](value)) return value;
  fail(scope, `${name} is ${described(value)}`, `give ${kind === 'object' ? 'an' : 'a'} ${kind}`);
  return standIn();
}

/** All that a construct is told; without any, synthesis reports that, and then each that is missing. */
export function givenProps<T extends object>(scope: IConstruct, props: T): T {
  return given(scope, 'props', props, 'object', () => ({}) as T);
}

/** As `given`, for a list that may be left out. */
export function givenList<T>(
  scope: IConstruct,
  name: string,
  value: readonly T[] | undefined,
): readonly T[] | undefined {
  return value === undefined ? undefined : given(scope, name, value, 'list', () => []);
}

/** As `given`, for a key of a Secret, which may be left out. What is there instead may be secret, and is not repeated. */
export function givenSecret(
  scope: IConstruct,
  name: string,
  value: SecretValue | undefined,
): SecretValue | undefined {
  if (value === undefined || isSecretValue(value)) return value;
  fail(scope, `${name} is ${described(value)}`, 'give a SecretValue');
  return undefined;
}

/** Whether it is a key of a Secret. */
export function isSecretValue(value: unknown): value is SecretValue {
  const { secret, key } = (value ?? {}) as { secret?: { name?: unknown }; key?: unknown };
  return typeof secret?.name === 'string' && typeof key === 'string';
}

/** What is there in place of what was asked for, without repeating it. */
export function described(value: unknown): string {
  return value === undefined || value === null ? 'missing' : `of type ${typeof value}`;
}
