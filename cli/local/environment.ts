import { LOOPBACK } from './addresses';
import { UserError } from './errors';
import { type EnvEntry, type KeyRef } from './manifests';
import { type Workload } from './plan';
import { type Secrets } from './secrets';

/** Stands for a Secret that this machine does not have; long enough for those who check a key's length. */
const NO_SECRET = 'sk-not-on-this-machine';

/** Pure: the environment that a cluster would give a workload's container, before addresses are mapped. */
export function containerEnvironment(workload: Workload, secrets: Secrets): Record<string, string> {
  const env: Record<string, string> = {};
  const { namespace, title } = workload;
  const fields = new Map([
    ['status.podIP', LOOPBACK],
    ['metadata.name', title],
    ['metadata.namespace', namespace],
    ['metadata.uid', title],
  ]);
  for (const entry of workload.container.env) {
    const value = valueOf(entry);
    if (value !== undefined) env[entry.name] = value;
  }
  return env;

  function valueOf({ name, value, valueFrom }: EnvEntry): string | undefined {
    if (!valueFrom) return expand(value ?? '', env);
    const secret = valueFrom.secretKeyRef;
    if (secret) return secretValue(secret);
    const field = fields.get(valueFrom.fieldRef?.fieldPath ?? '');
    if (field !== undefined) return field;
    throw new UserError(
      `${title}: variable ${name} has a source that is not known on this machine; ` +
        `give it a value, a key of a Secret, or one of the fields ${[...fields.keys()].join(', ')}`,
    );
  }

  /** Whoever gives Secrets wants the real thing: one that is missing among them is a mistake. */
  function secretValue({ name, key, optional = false }: KeyRef): string | undefined {
    const value = secrets.get(name)?.get(key);
    if (value !== undefined || optional) return value;
    if (secrets.size === 0) return NO_SECRET;
    throw new UserError(
      `${title} needs key "${key}" of Secret "${name}", which is not among the Secrets; add it`,
    );
  }
}

/** Whether a workload needs Secrets and all of them are here. */
export function hasItsSecrets({ container }: Workload, secrets: Secrets): boolean {
  const needed = container.env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
  return needed.length > 0 && needed.every(({ name, key }) => secrets.get(name)?.has(key));
}

/** As Kubernetes does it: `$(NAME)` becomes the variable if it is defined, and stays if not; `$$` becomes `$`. */
export function expand(value: string, known: Readonly<Record<string, string>>): string {
  return value.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(known, name) ? String(known[name]) : whole;
  });
}
