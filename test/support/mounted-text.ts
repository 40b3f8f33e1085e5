import { namespaceOf, ofKind, type PodTemplate } from './objects';
import { type Manifest } from './synth';

/** What a container finds at a path that a ConfigMap is mounted above. */
export function mountedText(
  objects: readonly Manifest[],
  pod: PodTemplate,
  container: Manifest,
  file: string,
): string {
  const { path, texts } = mountAbove(objects, pod, container, file);
  return texts[file.slice(path.length + 1)] as string;
}

/** The mount of a ConfigMap that a path of a container is in: where it is, and its files by their names. */
export function mountAbove(
  objects: readonly Manifest[],
  pod: PodTemplate,
  container: Manifest,
  file: string,
): { readonly path: string; readonly texts: Readonly<Record<string, string>> } {
  const mount = container.volumeMounts.find(({ mountPath }: Manifest) => file.startsWith(`${mountPath}/`));
  const volume = pod.spec.volumes.find(({ name }: Manifest) => name === mount.name);
  const maps = ofKind(objects, 'ConfigMap').filter(
    (map) => map.metadata.name === volume.configMap.name && namespaceOf(map) === pod.namespace,
  );
  expect(maps).toHaveLength(1);
  return { path: mount.mountPath, texts: maps[0].data };
}
