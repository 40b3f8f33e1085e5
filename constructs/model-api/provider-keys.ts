import { createHash } from 'node:crypto';
import { type SecretValue } from 'cdk8s-plus-28';
import { type Environment } from '../environment';
import { byKey } from '../order';

/** Holds the key of the proxy's own provider, and is what the names of all others begin with. */
const MAIN_VARIABLE = 'PROXY_API_KEY';

/** The variables that hold the keys of providers. A key of a Secret has one, however many models use it. */
export class ProviderKeys {
  constructor(
    private readonly main: SecretValue | undefined,
    private readonly others: readonly SecretValue[],
  ) {}

  /** The variable that holds a key. */
  variableOf(value: SecretValue): string {
    if (this.main && identityOf(this.main) === identityOf(value)) return MAIN_VARIABLE;
    const name = nameOf(value);
    const isShared = this.others.some(
      (other) => nameOf(other) === name && identityOf(other) !== identityOf(value),
    );
    return isShared ? `${name}_${digest(identityOf(value))}` : name;
  }

  /** All variables, in the order of their names. */
  toEnv(): Environment {
    const values = this.main ? [this.main, ...this.others] : this.others;
    const entries = values.map((value) => [this.variableOf(value), value] as const);
    return Object.fromEntries(entries.sort(byKey));
  }
}

function identityOf({ secret, key }: SecretValue): string {
  return `${secret.name}/${key}`;
}

function nameOf({ secret, key }: SecretValue): string {
  return `${MAIN_VARIABLE}_${secret.name}_${key}`.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

function digest(identity: string): string {
  return createHash('sha256').update(identity).digest('hex').slice(0, 8).toUpperCase();
}
