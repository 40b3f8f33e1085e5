import { UserError } from './errors';
import { type Secrets } from './secrets';
import { type Workload } from './workload';

/**
 * Checks all that workloads need of Secrets, where any are given: whoever gives Secrets wants the real thing.
 *
 * @throws UserError naming all keys that are missing or empty, each with who needs it
 */
export function requireSecrets(workloads: readonly Workload[], secrets: Secrets): void {
  if (secrets.size === 0) return;
  const problems = [...new Set(workloads.flatMap((workload) => problemsOf(workload, secrets)))];
  if (problems.length === 0) return;
  throw new UserError(
    problems.length === 1
      ? String(problems[0])
      : `the Secrets that are given are not all that is needed:\n${problems.map((each) => `  ${each}`).join('\n')}`,
  );
}

function problemsOf({ title, container, mounts }: Workload, secrets: Secrets): string[] {
  const ofKey = (name: string, key: string): string[] => {
    const value = secrets.get(name)?.get(key);
    const what = `${title} needs key "${key}" of Secret "${name}"`;
    if (value === undefined) return [`${what}, which is not among the Secrets; add it`];
    return value === '' ? [`${what}, which is empty; give it a value`] : [];
  };
  const ofVariables = container.env
    .flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? [])
    .filter(({ optional }) => !optional)
    .flatMap(({ name, key }) => ofKey(name, key));
  const volumes = mounts.flatMap(({ content }) => (content.kind === 'secret' ? [content.secret] : []));
  const ofVolumes = volumes
    .filter(({ optional }) => !optional)
    .flatMap(({ name, items }) => {
      if (items) return items.flatMap(({ key }) => ofKey(name, key));
      if (secrets.has(name)) return [];
      return [`${title} mounts Secret "${name}", which is not among the Secrets; add it`];
    });
  return [...ofVariables, ...ofVolumes];
}
