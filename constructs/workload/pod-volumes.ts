import { posix } from 'node:path';
import { type Size } from 'cdk8s';
import { type k8s } from 'cdk8s-plus-28';
import { type IConstruct } from 'constructs';
import { type ConfigFiles, hasFiles } from './config-files';
import { isDnsLabel, LABEL_FIX } from '../dns-names';
import { fail } from '../fail';
import { type PodProps } from './pod-template';
import { quantity } from './quantities';
import { isSecretVolume, SECRETS_DIRECTORY, secretVolumes } from './secret-files';
import { type MountedVolume, type WorkloadOptions } from './options';

/** What the restricted Pod Security Standard lets pods mount. */
const ALLOWED = [
  'configMap',
  'csi',
  'downwardApi',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** A directory that starts empty and ends with the pod. */
export interface EmptyDirectory {
  readonly name: string;
  readonly mountPath: string;
  /** Size at which the pod is evicted, as a quantity. */
  readonly size: string;
}

/** Storage that outlives the pod. */
export interface PersistentVolume {
  /** Name of the volume. */
  readonly name: string;
  /**
   * Name of the one claim that all pods share, of which there can thus be one only.
   * @default - each pod has a claim of its own, which makes the workload a StatefulSet
   */
  readonly claimName?: string;
  readonly mountPath: string;
  readonly size: Size;
  /** @default - the cluster's default class */
  readonly storageClassName?: string;
}

interface Mounted {
  /** Undefined where a claim template of the workload makes it. */
  readonly volume: k8s.Volume | undefined;
  readonly mount: k8s.VolumeMount;
}

/** Volumes and where they are mounted, ours first. */
export function volumesOf(props: PodProps): Mounted[] {
  const { config, secretFiles, emptyDirectories = [], persistence, options } = props;
  return [
    ...(config && hasFiles(config) ? [configVolume(config)] : []),
    ...secretVolumes(secretFiles?.() ?? []).map(({ volume, mountPath }) => mounted(volume, mountPath, true)),
    ...(persistence ? [persistentVolume(persistence)] : []),
    ...emptyDirectories.map(({ name, mountPath, size }) =>
      mounted({ name, emptyDir: { sizeLimit: quantity(size) } }, mountPath),
    ),
    ...(options.volumes ?? []).map(userVolume),
  ];
}

/** Refuses volumes that the user cannot have. */
export function checkVolumes(scope: IConstruct, props: PodProps, { volumes = [] }: WorkloadOptions): void {
  const ours = volumesOf({ ...props, config: undefined, options: {}, secretFiles: undefined });
  // Whether or not there are any files yet.
  if (props.config) ours.push(configVolume(props.config));
  const paths = ours.map(({ mount }) => mount.mountPath);
  const names = ours.map(({ mount }) => mount.name);
  for (const mount of volumes) {
    const { volume, mountPath } = mount;
    const kinds = Object.entries(volume).filter(([key, value]) => key !== 'name' && value !== undefined);
    const kind = kinds.map(([key]) => key).join(' and ');
    if (!ALLOWED.includes(kind)) {
      fail(scope, `volume "${volume.name}" is of kind "${kind}"`, `give one of ${ALLOWED.join(', ')}`);
    }
    checkVolume(scope, mount);
    if (paths.includes(plain(mountPath)))
      fail(scope, `two volumes are mounted at "${mountPath}"`, 'give each a path of its own');
    if (names.includes(volume.name))
      fail(scope, `two volumes are called "${volume.name}"`, 'give each a name of its own');
    paths.push(plain(mountPath));
    names.push(volume.name);
  }
}

/** Refuses what Kubernetes would, and what our own Secrets take, whether or not there are any yet. */
function checkVolume(scope: IConstruct, { volume: { name }, mountPath, subPath }: MountedVolume): void {
  if (!isDnsLabel(name)) fail(scope, `a volume is called "${name}"`, LABEL_FIX);
  if (isSecretVolume(name))
    fail(scope, `volume "${name}" is called like those of our Secrets`, 'give it another name');
  if (!/^\/[^:]*$/.test(mountPath))
    fail(scope, `mountPath is "${mountPath}"`, 'give an absolute path without ":"');
  if (`${plain(mountPath)}/`.startsWith(`${SECRETS_DIRECTORY}/`))
    fail(scope, `mountPath is "${mountPath}", where our Secrets are`, 'give another path');
  if (
    subPath !== undefined &&
    (subPath === '' || subPath.startsWith('/') || subPath.split('/').includes('..'))
  )
    fail(scope, `subPath is "${subPath}"`, 'give a path within the volume, without ".."');
}

/** A path as it is without `.`, `..`, and `/` at its end. */
function plain(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, '');
}

function configVolume({ name, mountPath }: ConfigFiles): Mounted {
  return mounted({ name: 'config', configMap: { name } }, mountPath, true);
}

function persistentVolume({ name, mountPath, claimName }: PersistentVolume): Mounted {
  if (claimName === undefined) return { volume: undefined, mount: { name, mountPath } };
  return mounted({ name, persistentVolumeClaim: { claimName } }, mountPath);
}

function userVolume({ volume, mountPath, subPath, readOnly = false }: MountedVolume): Mounted {
  return mounted(volume, mountPath, readOnly, subPath);
}

function mounted(volume: k8s.Volume, mountPath: string, readOnly = false, subPath?: string): Mounted {
  return { volume, mount: { name: volume.name, mountPath, subPath, readOnly: readOnly || undefined } };
}
