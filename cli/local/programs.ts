import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/**
 * Where a program is: beside the app, as its packages brought it, or on the PATH. Undefined where it is neither;
 * nothing is installed for it.
 */
export function findProgram(
  name: string,
  directory: string,
  path = process.env.PATH ?? '',
): string | undefined {
  if (name.includes('/')) return [resolve(directory, name)].find(isProgram);
  const places = [
    join(directory, 'node_modules/.bin'),
    ...path.split(delimiter).filter((each) => each !== ''),
  ];
  return places.map((place) => join(place, name)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
