import { existsSync } from 'node:fs';
import { join } from 'node:path';

const SHARED = join(__dirname, '../../../shared');
const COMPONENTS_REQUIRED = process.env.KAOS_REQUIRE_COMPONENTS === '1';

/** Kubernetes 1.28's own schema. */
export const KUBERNETES_SCHEMA = join(SHARED, 'schemas/kubernetes-1.28.0.definitions.json');
/** Definitions of the custom resources that we emit. */
export const CRD_DIRECTORY = join(SHARED, 'crds');

/**
 * A block of tests that need a file from outside the repository: a clone without it skips them, saying which file it
 * is, and where everything has to be there they run and fail.
 */
export function describeWith(file: string, title: string, tests: () => void): void {
  if (existsSync(file) || COMPONENTS_REQUIRED) describe(title, tests);
  else describe.skip(`${title}, without ${file}`, tests);
}
