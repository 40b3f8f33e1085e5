import { UserError } from './errors';
import {
  type ConfigMap,
  type Controller,
  type Item,
  namespaceOf,
  type Volume,
  type VolumeMount,
} from './objects';

/** What is mounted somewhere in a container. */
export interface Mount {
  /** Without a trailing slash. */
  readonly path: string;
  /** The part of the volume that is mounted there, a file or a directory; undefined for all of it. */
  readonly subPath: string | undefined;
  readonly content: MountContent;
}

export type MountContent =
  /** Empty at first and writable. */
  | { readonly kind: 'directory' }
  /** Files by their paths in the volume. */
  | { readonly kind: 'files'; readonly files: ReadonlyMap<string, string> }
  | { readonly kind: 'secret'; readonly secret: SecretVolume };

/** Keys of a Secret as files. */
export interface SecretVolume {
  readonly name: string;
  /** Undefined for all keys, each a file of its name. */
  readonly items: readonly Item[] | undefined;
  readonly optional: boolean;
}

/**
 * Pure: what the first container of a pod finds mounted.
 *
 * @throws UserError naming a volume that cannot be had here
 */
export function mountsOf(controller: Controller, configMaps: readonly ConfigMap[], where: string): Mount[] {
  const mounts = controller.spec.template.spec.containers[0]?.volumeMounts ?? [];
  return mounts.map((mount) => ({
    path: mount.mountPath.replace(/\/+$/, ''),
    subPath: mount.subPath?.replace(/\/+$/, ''),
    content: contentOf(mount, controller, configMaps, where),
  }));
}

/** Files of a mount by their paths below it, those of Secrets as they are found here. */
export function filesOf(
  mount: Mount,
  secretFiles: (volume: SecretVolume) => ReadonlyMap<string, string>,
): Map<string, string> {
  switch (mount.content.kind) {
    case 'directory':
      return new Map();
    case 'files':
      return partOf(mount, mount.content.files);
    case 'secret':
      return partOf(mount, secretFiles(mount.content.secret));
  }
}

/** The text at a path in the container; undefined where nothing is mounted. */
export function fileAt(
  mounts: readonly Mount[],
  path: string,
  secretFiles: (volume: SecretVolume) => ReadonlyMap<string, string>,
): string | undefined {
  const texts = mounts
    .filter((mount) => path === mount.path || path.startsWith(`${mount.path}/`))
    .map((mount) => filesOf(mount, secretFiles).get(path.slice(mount.path.length + 1)));
  return texts.find((text) => text !== undefined);
}

/** The files that a mount has of those in its volume, by their paths below it; a single file is at `''`. */
function partOf({ subPath }: Mount, files: ReadonlyMap<string, string>): Map<string, string> {
  if (subPath === undefined || subPath === '') return new Map(files);
  const part = [...files].flatMap(([path, text]): [string, string][] => {
    if (path === subPath) return [['', text]];
    return path.startsWith(`${subPath}/`) ? [[path.slice(subPath.length + 1), text]] : [];
  });
  return new Map(part);
}

function contentOf(
  { name }: VolumeMount,
  controller: Controller,
  configMaps: readonly ConfigMap[],
  where: string,
): MountContent {
  const volume = controller.spec.template.spec.volumes.find((candidate) => candidate.name === name);
  const isClaimed = controller.spec.volumeClaimTemplates.some(({ metadata }) => metadata.name === name);
  if (isClaimed || volume?.emptyDir || volume?.persistentVolumeClaim) return { kind: 'directory' };
  if (volume?.configMap) {
    return { kind: 'files', files: configMapFiles(volume.configMap, controller, configMaps, where) };
  }
  if (volume?.secret) {
    const { secretName, items, optional = false } = volume.secret;
    return { kind: 'secret', secret: { name: secretName, items, optional } };
  }
  const [kind = 'unknown'] = Object.keys(volume ?? {}).filter((key) => key !== 'name');
  throw new UserError(
    volume
      ? `${where} mounts volume "${name}" of kind ${kind}, which is not known on this machine; ` +
          'mount a ConfigMap, a Secret, an emptyDir or a persistentVolumeClaim'
      : `${where} mounts volume "${name}", which it does not have; synthesize it again`,
  );
}

function configMapFiles(
  { name, items, optional }: NonNullable<Volume['configMap']>,
  controller: Controller,
  configMaps: readonly ConfigMap[],
  where: string,
): Map<string, string> {
  const source = configMaps.find(
    (candidate) => candidate.metadata.name === name && namespaceOf(candidate) === namespaceOf(controller),
  );
  if (!source && optional) return new Map();
  if (!source) {
    throw new UserError(`${where} mounts ConfigMap "${name}", which is not there; add it to the chart`);
  }
  const wanted = items ?? Object.keys(source.data).map((key) => ({ key, path: key }));
  return new Map(
    wanted.flatMap(({ key, path }): [string, string][] => {
      const text = source.data[key];
      if (text !== undefined) return [[path, text]];
      if (optional) return [];
      throw new UserError(
        `${where} mounts key "${key}" of ConfigMap "${name}", which does not have it; add it there`,
      );
    }),
  );
}
