import { type k8s, type SecretValue } from 'cdk8s-plus-28';
import { type Environment } from '../environment';
import { byKey } from '../order';

/** Directory in which each Secret has a directory of its own. */
export const SECRETS_DIRECTORY = '/etc/kaos/secrets';

/** What the names of their volumes begin with. */
const VOLUME = 'secret-';

/**
 * A key of a Secret that a process reads from a file when it uses it: unlike a variable, the file follows the Secret,
 * so a rotated one works without a restart.
 */
export interface SecretFile {
  /** What the process calls it; `<variable>_FILE` tells it the path. */
  readonly variable: string;
  readonly value: SecretValue;
}

/** The variables that tell where the files are. */
export function secretFilesEnv(files: readonly SecretFile[]): Environment {
  return Object.fromEntries(files.map(({ variable, value }) => [`${variable}_FILE`, pathOf(value)]));
}

/** One volume for each Secret, with the keys that are used. */
export function secretVolumes(files: readonly SecretFile[]): { volume: k8s.Volume; mountPath: string }[] {
  const keys = new Map<string, Set<string>>();
  for (const { value } of files) {
    keys.set(value.secret.name, (keys.get(value.secret.name) ?? new Set()).add(value.key));
  }
  return [...keys.entries()].sort(byKey).map(([secretName, names], index) => ({
    volume: {
      name: `${VOLUME}${index}`,
      secret: { secretName, items: [...names].sort().map((key) => ({ key, path: key })) },
    },
    mountPath: `${SECRETS_DIRECTORY}/${secretName}`,
  }));
}

/** Whether a volume is called like those of Secrets. */
export function isSecretVolume(name: string): boolean {
  return new RegExp(`^${VOLUME}\\d+$`).test(name);
}

function pathOf({ secret, key }: SecretValue): string {
  return `${SECRETS_DIRECTORY}/${secret.name}/${key}`;
}
