/**
 * Bundles each process and the command line into one file of their own under lib/bin: they start in half the
 * time, the image needs no node_modules, and an installed package brings no second OpenTelemetry along. The server for
 * tools in Python is copied to lib/python as it is.
 */
import { build } from 'esbuild';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { metafile } = await build({
  entryPoints: {
    agent: 'runtime/agent/main.ts',
    'mcp-server': 'runtime/mcp-server/main.ts',
    gateway: 'cli/local/gateway/main.ts',
    kaos: 'cli/main.ts',
    testing: 'cli/testing/index.ts',
    'end-with-parent': 'cli/local/end-with-parent.ts',
    'run-program': 'cli/local/run-program.ts',
    'stand-in-server': 'cli/local/stand-in-server/main.ts',
  },
  outdir: 'lib/bin',
  bundle: true,
  // An app's charts and the checks of them must be made of the same classes.
  external: ['cdk8s', 'constructs'],
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  keepNames: true,
  metafile: true,
  legalComments: 'none',
  banner: { js: '#!/usr/bin/env node\n// Licences of the packages in here: THIRD-PARTY-LICENSES.txt' },
  logLevel: 'warning',
});
writeFileSync('lib/bin/THIRD-PARTY-LICENSES.txt', licences(Object.keys(metafile.inputs)));

// npx makes a command executable when it links it, and never again, so one that is bundled anew has to be so by itself.
const { bin } = JSON.parse(readFileSync('package.json', 'utf8'));
for (const command of Object.values(bin)) chmodSync(command, 0o755);

rmSync('lib/python', { recursive: true, force: true });
for (const part of ['kaos_mcp', 'requirements.txt']) {
  const isSource = (path) => !path.includes('__pycache__');
  cpSync(join('runtime/python', part), join('lib/python', part), { recursive: true, filter: isSource });
}

/** The licence of each package that went into the bundles. */
function licences(files) {
  const packages = files.map((file) => file.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean);
  return [...new Set(packages)].sort().map(licenceOf).join('\n\n');
}

function licenceOf(directory) {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(join(directory, file), 'utf8').trim() : `Licence: ${license}`;
  return `${name} ${version}\n${'-'.repeat(60)}\n${text}`;
}
