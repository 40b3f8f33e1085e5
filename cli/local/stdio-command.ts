import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, isAbsolute, join, resolve } from 'node:path';
import { stdioCommandIn } from '../../runtime/contract';
import { argumentHere } from './argument-here';
import { UserError } from './errors';
import { type Workload } from './workload';

const COMMAND = 'MCP_STDIO_COMMAND';

/**
 * The variables by which a tool server finds its command here: a command of its image is one of the project or of this
 * machine, by its name.
 *
 * @throws UserError when there is none
 */
export function stdioHere(
  { title, container }: Workload,
  toLocal: (text: string) => string,
): Readonly<Record<string, string>> {
  const text = container.env.find(({ name }) => name === COMMAND)?.value;
  const [command, ...args] = stdioCommandIn(text ?? '') ?? [];
  if (command === undefined) return {};
  const directories = [resolve('node_modules/.bin'), ...(process.env.PATH ?? '').split(delimiter)];
  const isHere = isAbsolute(command) && isExecutable(command);
  const found = isHere ? command : find(basename(command), directories);
  if (found === undefined) {
    throw new UserError(
      `${title} runs the command "${command}", which is neither in node_modules/.bin nor on the PATH; ` +
        `install it here in the version that its image has`,
    );
  }
  return {
    [COMMAND]: JSON.stringify([found, ...args.map((text) => argumentHere(text, toLocal))]),
    // As in the image: what a command keeps in its home is gone with it.
    HOME: tmpdir(),
    PATH: directories.join(delimiter),
  };
}

function find(name: string, directories: readonly string[]): string | undefined {
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
