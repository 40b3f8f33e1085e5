import { createHash } from 'node:crypto';
import { byKey } from '../order';

/** Bytes that the API server takes in the data of one ConfigMap. */
const CONFIG_MAP_BYTES = 1024 * 1024;

/** Files that a workload reads from a ConfigMap. */
export interface ConfigFiles {
  /** Name of the ConfigMap. */
  readonly name: string;
  /** Directory in which the files appear. */
  readonly mountPath: string;
  /**
   * Whether there may be none: then there is a ConfigMap only once the workload is told to have one.
   * @default false
   */
  readonly isAddedLater?: boolean;
  /** Names and contents; asked for at synthesis, when the app is complete. */
  readonly data: () => Readonly<Record<string, string>>;
}

/** Whether there are any. Ask at synthesis. */
export function hasFiles({ isAddedLater, data }: ConfigFiles): boolean {
  return !isAddedLater || Object.keys(data()).length > 0;
}

/** Digest of names and contents, whatever their order. */
export function checksum({ data }: ConfigFiles): string {
  const files = Object.entries(data()).sort(byKey);
  return createHash('sha256').update(JSON.stringify(files)).digest('hex');
}

/** Reports files that are together more than a ConfigMap holds. */
export function oversize({ name, data }: ConfigFiles): string[] {
  const sizes = Object.entries(data()).map(([file, text]) => ({
    file,
    bytes: Buffer.byteLength(file + text),
  }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= CONFIG_MAP_BYTES) return [];
  const [largest] = sizes.sort((a, b) => b.bytes - a.bytes);
  const limit = `a ConfigMap holds ${CONFIG_MAP_BYTES}`;
  return [`ConfigMap "${name}" has ${total} bytes; ${limit}, make "${largest?.file}" smaller`];
}
