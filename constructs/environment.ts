import { EnvValue, type ISecret, type k8s, type SecretValue } from 'cdk8s-plus-28';

/** Variables of a container: a value, a key of a Secret, or where else Kubernetes takes it from. */
export type Environment = Readonly<Record<string, string | SecretValue | k8s.EnvVarSource>>;

/** Attributes of a process's telemetry, as `key=value,key=value`. */
const RESOURCE_ATTRIBUTES = 'OTEL_RESOURCE_ATTRIBUTES';

/** Our variables with the user's over them; resource attributes are merged key by key. */
export function withUserEnv(
  ours: Environment,
  users: Readonly<Record<string, string | EnvValue>> = {},
): Environment {
  const own: Environment = Object.fromEntries(
    Object.entries(users).map(([name, value]) => [name, value instanceof EnvValue ? sourceOf(value) : value]),
  );
  const [base, over] = [ours[RESOURCE_ATTRIBUTES], own[RESOURCE_ATTRIBUTES]];
  if (typeof base !== 'string' || typeof over !== 'string') return { ...ours, ...own };
  return { ...ours, ...own, [RESOURCE_ATTRIBUTES]: mergeAttributes(base, over) };
}

/** The variables as a container states them, in the order given. */
export function toEnvVars(environment: Environment): k8s.EnvVar[] {
  return Object.entries(environment).map(([name, value]) => {
    if (typeof value !== 'string')
      return { name, valueFrom: isSecretValue(value) ? reference(value) : value };
    // An empty value is what a variable without one has.
    return value === '' ? { name } : { name, value: literal(value) };
  });
}

/** The Secrets that variables are taken from; of the user's own nobody knows more than the name. */
export function secretsOf(environment: Environment): ISecret[] {
  return Object.values(environment).flatMap((value) => (isSecretValue(value) ? value.secret : []));
}

function isSecretValue(value: Environment[string]): value is SecretValue {
  return typeof value === 'object' && 'secret' in value;
}

function reference({ secret, key }: SecretValue): k8s.EnvVarSource {
  return { secretKeyRef: { name: secret.name, key } };
}

/** Both lists of `key=value` in one; where a key is in both, the second counts. */
function mergeAttributes(base: string, over: string): string {
  const pairs = [...base.split(','), ...over.split(',')]
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
  const merged = new Map(pairs.map((pair) => [pair.slice(0, Math.max(pair.indexOf('='), 0)), pair]));
  return [...merged.values()].join(',');
}

function sourceOf(value: EnvValue): string | k8s.EnvVarSource {
  // cdk8s-plus types both as any: a value is text, a source has the shape of Kubernetes' own.
  return (value.valueFrom as k8s.EnvVarSource | undefined) ?? String(value.value ?? '');
}

/**
 * Kubernetes expands `$(NAME)`, halves `$$`, and takes the one byte after any other `$` for a character of its own.
 * With the dollar doubled the text arrives as written.
 */
function literal(value: string): string {
  return value.replace(/\$(?=[$(]|\P{ASCII})/gu, '$$$$');
}
