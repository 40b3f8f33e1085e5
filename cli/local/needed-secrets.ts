import { UserError } from './errors';
import { type SecretVolume } from './mounts';
import { type KeyRef } from './objects';
import { type Secrets } from './secrets';
import { type Workload } from './workload';

/** Stands for a Secret that this machine does not have; long enough for those who check a key's length. */
export const NO_SECRET = 'sk-not-on-this-machine';

/**
 * What a workload finds at a key of a Secret: a placeholder where no Secrets are given at all; undefined where the key
 * is optional and not there.
 *
 * @throws UserError when it is missing among those that are given: whoever gives Secrets wants the real thing
 */
export function secretValue(ref: KeyRef, secrets: Secrets, title: string): string | undefined {
  const { name, key, optional = false } = ref;
  const value = secrets.get(name)?.get(key);
  if (value !== undefined || optional) return value;
  if (secrets.size === 0) return NO_SECRET;
  throw new UserError(
    `${title} needs key "${key}" of Secret "${name}", which is not among the Secrets; add it`,
  );
}

/**
 * The files of a Secret's volume by their paths in it. Without Secrets, those of keys that the manifest names.
 *
 * @throws UserError as `secretValue`
 */
export function secretFiles(volume: SecretVolume, secrets: Secrets, title: string): Map<string, string> {
  const { name, items, optional } = volume;
  const given = secrets.get(name);
  if (!items && !given && secrets.size > 0 && !optional) {
    throw new UserError(`${title} mounts Secret "${name}", which is not among the Secrets; add it`);
  }
  const wanted = items ?? [...(given?.keys() ?? [])].map((key) => ({ key, path: key }));
  return new Map(
    wanted.flatMap(({ key, path }): [string, string][] => {
      const value = secretValue({ name, key, optional }, secrets, title);
      return value === undefined ? [] : [[path, value]];
    }),
  );
}

/** Whether a workload needs Secrets, as variables or as files, and has all that it cannot be without. */
export function hasItsSecrets(workload: Workload, secrets: Secrets): boolean {
  const needs = allNeeds(workload, secrets);
  return needs.some(({ isHere }) => isHere) && needs.every(({ isHere, optional }) => isHere || optional);
}

/** Whether a workload cannot be without a Secret that is not here. */
export function lacksSecrets(workload: Workload, secrets: Secrets): boolean {
  return allNeeds(workload, secrets).some(({ isHere, optional }) => !isHere && !optional);
}

interface Need {
  readonly optional: boolean;
  readonly isHere: boolean;
}

function allNeeds({ container, mounts }: Workload, secrets: Secrets): Need[] {
  const variables = container.env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
  return [
    ...variables.map(({ name, key, optional = false }) => ({
      optional,
      isHere: secrets.get(name)?.has(key) ?? false,
    })),
    ...mounts.flatMap(({ content }) => (content.kind === 'secret' ? needsOf(content.secret, secrets) : [])),
  ];
}

function needsOf({ name, items, optional }: SecretVolume, secrets: Secrets): Need[] {
  const given = secrets.get(name);
  if (!items) return [{ optional, isHere: given !== undefined }];
  return items.map(({ key }) => ({ optional, isHere: given?.has(key) ?? false }));
}
