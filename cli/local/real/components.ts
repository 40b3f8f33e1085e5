import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { UserError } from '../errors';

/** Parts that others wrote, as programs of this machine; absent ones have a stand-in. */
export interface RealParts {
  /** The LiteLLM proxy. */
  readonly litellm: string | undefined;
  /** An OpenTelemetry Collector with the components that our configurations use. */
  readonly otelcol: string | undefined;
}

/** Nothing but stand-ins. */
export const NO_REAL_PARTS: RealParts = { litellm: undefined, otelcol: undefined };

/** Where `npm run components` puts them, from the directory of the project. */
const COMPONENTS = '.components';

/** By the names of the distributions that have what our configurations use, the one for Kubernetes first. */
const COLLECTORS = ['otelcol-k8s', 'otelcol-contrib'];

/** The real parts that this machine has: those of the project first, then those on the PATH. */
export function findRealParts(directory = process.cwd(), path = process.env.PATH ?? ''): RealParts {
  const ofProject = (...file: string[]) => resolve(directory, COMPONENTS, ...file);
  const onPath = (name: string) => path.split(delimiter).map((folder) => join(folder || '.', name));
  return {
    litellm: [ofProject('litellm', 'bin', 'litellm'), ...onPath('litellm')].find(isExecutable),
    otelcol: [ofProject('bin', 'otelcol-kaos'), ...COLLECTORS.flatMap(onPath)].find(isExecutable),
  };
}

/**
 * As `findRealParts`, for somebody who asked for them.
 *
 * @throws UserError when there is none at all
 */
export function requireRealParts(...where: Parameters<typeof findRealParts>): RealParts {
  const parts = findRealParts(...where);
  if (parts.litellm || parts.otelcol) return parts;
  throw new UserError(
    `--real needs LiteLLM or a collector, and neither litellm nor ${COLLECTORS.join(' nor ')} is on the PATH ` +
      `or in ${COMPONENTS}; in this repository run "npm run components", elsewhere ` +
      `"python3 -m pip install 'litellm[proxy]'", or put otelcol-contrib, a release of the OpenTelemetry Collector, ` +
      'on the PATH',
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
