import { LOOPBACK } from './ports';
import { UserError } from './errors';
import { secretValue } from './needed-secrets';
import { type EnvEntry } from './objects';
import { type Secrets } from './secrets';
import { type Workload } from './workload';

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
    const { secretKeyRef, configMapKeyRef, fieldRef } = valueFrom;
    if (secretKeyRef) return secretValue(secretKeyRef, secrets, title);
    if (configMapKeyRef) {
      const text = workload.configValue(configMapKeyRef);
      if (text !== undefined || configMapKeyRef.optional) return text;
      throw new UserError(
        `${title}: variable ${name} is key "${configMapKeyRef.key}" of ConfigMap "${configMapKeyRef.name}", ` +
          'which is not there; add it to the chart',
      );
    }
    const field = fields.get(fieldRef?.fieldPath ?? '');
    if (field !== undefined) return field;
    throw new UserError(
      `${title}: variable ${name} has a source that is not known on this machine; ` +
        `give it a value, a key of a Secret or ConfigMap, or one of the fields ${[...fields.keys()].join(', ')}`,
    );
  }
}

/** As Kubernetes does it: `$(NAME)` becomes the variable if it is defined, and stays if not; `$$` becomes `$`. */
export function expand(value: string, known: Readonly<Record<string, string>>): string {
  return value.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(known, name) ? String(known[name]) : whole;
  });
}
