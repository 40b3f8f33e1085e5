// Makes the typed constructs beside this file from the CRDs in crds/. Needs no network.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

/** Too large to import; see crds/README.md. */
const STATED_BY_HAND = ['argoproj.io'];

const imports = dirname(fileURLToPath(import.meta.url));
const cdk8s = join(dirname(createRequire(import.meta.url).resolve('cdk8s-cli/package.json')), 'bin/cdk8s');
const work = mkdtempSync(join(tmpdir(), 'imports-'));
try {
  for (const [group, crds] of crdsByGroup()) {
    // The output is named after the group and overwritten, so all CRDs of a group have to come in one file.
    const file = join(work, `${group}.yaml`);
    writeFileSync(file, crds.map((crd) => `---\n${stringify(crd)}`).join(''));
    const options = ['--check-upgrade=false', '--no-save', '--language', 'typescript', '--output', imports];
    execFileSync(process.execPath, [cdk8s, 'import', file, ...options], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    console.log(`imports/${group}.ts: ${crds.map((crd) => crd.spec.names.kind).join(', ')}`);
  }
} finally {
  rmSync(work, { recursive: true });
}

function crdsByGroup() {
  const files = readdirSync(join(imports, 'crds'))
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  const crds = files.map((name) => inStoredVersion(parse(readFileSync(join(imports, 'crds', name), 'utf8'))));
  const groups = [...new Set(crds.map(({ spec }) => spec.group))].filter(
    (group) => !STATED_BY_HAND.includes(group),
  );
  return groups.map((group) => [group, crds.filter(({ spec }) => spec.group === group)]);
}

/** Older versions would double what every synthesis has to load. */
function inStoredVersion(crd) {
  return { ...crd, spec: { ...crd.spec, versions: crd.spec.versions.filter(({ storage }) => storage) } };
}
