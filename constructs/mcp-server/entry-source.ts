import { type SecretValue } from 'cdk8s-plus-28';
import { type IConstruct } from 'constructs';
import { type Environment } from '../environment';
import { fail } from '../fail';
import { isSecretValue } from '../given';
import { foreignEnvironment, foreignPod, type ForeignServerProps } from './foreign-pod';
import { type ServerPod, type ToolSource } from './tool-source';

/** Kinds of variables that a server takes. Those with `?` it can do without. */
const KINDS = ['secret', 'secret?', 'text', 'text?'] as const;
export type VariableKind = (typeof KINDS)[number];
/** The variables that a server takes, each with its kind. */
export type VariableKinds = Readonly<Record<string, VariableKind>>;

type ValueOf<K extends VariableKind> = K extends `secret${string}` ? SecretValue : string;

/** Values for the variables of a server: what it requires, and what it takes. */
export type VariableValues<K extends VariableKinds> = {
  readonly [N in keyof K as K[N] extends `${string}?` ? never : N]: ValueOf<K[N]>;
} & {
  readonly [N in keyof K as K[N] extends `${string}?` ? N : never]?: ValueOf<K[N]>;
};

/** No variables at all. */
export type NoVariables = Readonly<Record<never, never>>;

/** An MCP server as whoever knows it describes it, once, for all who use it. */
export interface ToolServerDefinition<
  K extends VariableKinds = VariableKinds,
  T extends string = string,
> extends ForeignServerProps {
  /**
   * Variables whose values are for the user to give, each a `secret` or a `text`, or one of those with a `?` where the
   * server can do without.
   * @default - none
   */
  readonly env?: K;
  /**
   * Variables whose values are always these.
   * @default - none
   */
  readonly constants?: Readonly<Record<string, string>>;
  /**
   * Names of its tools, for the types alone.
   * @default - not known
   */
  readonly toolNames?: readonly T[];
}

/** Tools of a server that was defined, with what a user gave for its variables. */
export class EntrySource implements ToolSource {
  readonly #definition: ToolServerDefinition;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(definition: ToolServerDefinition, values: Readonly<Record<string, unknown>>) {
    this.#definition = definition;
    this.#values = values;
  }

  podOf(scope: IConstruct): ServerPod {
    const definition = this.#definition;
    const environment = environmentOf(scope, definition, this.#values);
    return foreignPod(scope, definition, () => environment);
  }
}

function environmentOf(
  scope: IConstruct,
  { image, env: kinds = {}, constants = {} }: ToolServerDefinition,
  values: Readonly<Record<string, unknown>>,
): Environment {
  const texts: Record<string, string> = { ...constants };
  const secrets: Record<string, SecretValue> = {};
  const known = Object.keys(kinds);
  for (const name of Object.keys(values).filter((each) => !known.includes(each))) {
    const fix = known.length > 0 ? `give some of ${known.join(', ')}` : 'leave it out';
    fail(scope, `${name} is no variable of ${image}`, fix);
  }
  for (const name of known.filter((each) => each in constants))
    fail(scope, `${name} is in env and in constants of ${image}`, 'leave one of the two out');
  for (const [name, kind] of Object.entries(kinds)) {
    const value = values[name];
    if (!KINDS.includes(kind)) {
      fail(scope, `${name} of ${image} is of kind "${kind}"`, `give one of ${KINDS.join(', ')}`);
    } else if (value === undefined) {
      if (!kind.endsWith('?')) fail(scope, `${name} is missing, which ${image} requires`, wanted(kind));
    } else if (kind.startsWith('secret')) {
      if (isSecretValue(value)) secrets[name] = value;
      else fail(scope, `${name} is of type ${typeof value}`, wanted(kind));
    } else if (typeof value === 'string') texts[name] = value;
    else fail(scope, `${name} is of type ${typeof value}`, wanted(kind));
  }
  return foreignEnvironment(scope, texts, secrets);
}

function wanted(kind: VariableKind): string {
  return kind.startsWith('secret') ? 'give a SecretValue' : 'give a text';
}
