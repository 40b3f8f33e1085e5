import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CRD_DIRECTORY, KUBERNETES_SCHEMA } from '../support/shared-files';
import { kindSchemas } from './kind-schemas';
import { BINARIES, KUBE_SCORE, KUBECONFORM, SCHEMAS, type Tool } from './tools';

/** Puts the linters of manifests, and the schemas that they go by, into .components; what is there already stays. */
function main(): void {
  const go = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (go.error || go.status !== 0) {
    end('Go is needed to build the linters of manifests, 1.26 or later: https://go.dev/doc/install');
  }
  [KUBECONFORM, KUBE_SCORE].forEach(install);

  const missing = [KUBERNETES_SCHEMA, CRD_DIRECTORY].find((file) => !existsSync(file));
  if (missing) end(`there is no ${missing}, from which kubeconform's schemas are made`);
  mkdirSync(SCHEMAS, { recursive: true });
  const schemas = kindSchemas();
  for (const [name, schema] of schemas) writeFileSync(join(SCHEMAS, name), JSON.stringify(schema));
  console.log(`${schemas.size} schemas in ${SCHEMAS}`);
}

function install({ name, module, path, version }: Tool): void {
  const file = join(BINARIES, name);
  const built = spawnSync('go', ['version', '-m', file], { encoding: 'utf8' });
  if (!built.stdout.includes(`\t${module}\t${version}\t`)) {
    const env = { ...process.env, GOBIN: BINARIES };
    const { status } = spawnSync('go', ['install', `${path}@${version}`], { env, stdio: 'inherit' });
    if (status !== 0) end(`${name} ${version} could not be built`);
  }
  console.log(`${name} ${version} in ${file}`);
}

function end(problem: string): never {
  console.error(problem);
  process.exit(1);
}

main();
