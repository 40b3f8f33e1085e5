import { type k8s, type SecretValue } from 'cdk8s-plus-28';

/** Variables of a container: a value, or where Kubernetes takes it from. */
export type Environment = Readonly<Record<string, string | k8s.EnvVarSource>>;

/** The value of a Secret's key, by reference. */
export function fromSecret({ secret, key }: SecretValue): k8s.EnvVarSource {
  return { secretKeyRef: { name: secret.name, key } };
}

/** The variables as a container states them, in the order given. */
export function toEnvVars(environment: Environment): k8s.EnvVar[] {
  return Object.entries(environment).map(([name, value]) =>
    typeof value === 'string' ? { name, value: literal(value) } : { name, valueFrom: value },
  );
}

/**
 * Kubernetes expands `$(NAME)`, halves `$$`, and takes the one byte after any other `$` for a character of its own.
 * With the dollar doubled the text arrives as written.
 */
function literal(value: string): string {
  return value.replace(/\$(?=[$(]|\P{ASCII})/gu, '$$$$');
}
