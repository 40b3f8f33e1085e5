import { namespaceOf, ofKind, type PodTemplate } from './objects';
import { type Manifest } from './synth';

/** What a container finds at a path that a ConfigMap is mounted above. */
export function mountedText(
  objects: readonly Manifest[],
  pod: PodTemplate,
  container: Manifest,
  file: string,
): string {
  const mount = container.volumeMounts.find(({ mountPath }: Manifest) => file.startsWith(`${mountPath}/`));
  const volume = pod.spec.volumes.find(({ name }: Manifest) => name === mount.name);
  const maps = ofKind(objects, 'ConfigMap').filter(
    (map) => map.metadata.name === volume.configMap.name && namespaceOf(map) === pod.namespace,
  );
  expect(maps).toHaveLength(1);
  return maps[0].data[file.slice(mount.mountPath.length + 1)];
}
