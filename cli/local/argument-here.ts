import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';

/**
 * An argument of a program that is this machine's own: a file that is here stays where it is, even if the pod has a
 * directory of that name; whatever else is under a mount of the pod is where its files are here.
 */
export function argumentHere(text: string, toLocal: (text: string) => string): string {
  const mounted = toLocal(text);
  return isAbsolute(text) && existsSync(text) && !existsSync(mounted) ? text : mounted;
}
