import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Component, type Installed } from './component';
import { ROOT } from './root';

const BUILDER = 'go.opentelemetry.io/collector/cmd/builder@v0.159.0';
const MANIFEST = join(__dirname, 'collector/builder.yaml');
const BINARIES = join(ROOT, '.components/bin');
/** Says which components the collector was built of. */
const STAMP = join(BINARIES, 'otelcol-kaos.sha256');

/** An OpenTelemetry Collector, built by its own builder. */
export const OTELCOL = join(BINARIES, 'otelcol-kaos');

/** Built rather than fetched: the distributions are on no registry that every company lets through. */
export const collector: Component = {
  name: 'OpenTelemetry Collector',
  without: 'tests of its configurations are skipped, and `--real` keeps the embedded receiver',
  install() {
    const digest = createHash('sha256').update(readFileSync(MANIFEST)).update(BUILDER).digest('hex');
    if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest && existsSync(OTELCOL)) {
      return { isThere: true, says: `is there, ${OTELCOL}` };
    }
    if (spawnSync('go', ['version']).error) {
      return { isThere: false, says: 'Go is needed to build it, 1.25 or later: https://go.dev/doc/install' };
    }
    const directory = mkdtempSync(join(tmpdir(), 'kaos-collector-'));
    try {
      return build(directory, digest);
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
};

function build(directory: string, digest: string): Installed {
  const env = { ...process.env, GOBIN: directory, CGO_ENABLED: '0' };
  const run = (command: string, ...args: string[]) =>
    spawnSync(command, args, { cwd: directory, env, encoding: 'utf8' });
  const installed = run('go', 'install', BUILDER);
  if (installed.status !== 0) return failed('the builder could not be built', installed.stderr);
  const manifest = join(directory, 'builder.yaml');
  const text = readFileSync(MANIFEST, 'utf8').replace(
    /^dist:\n/m,
    `dist:\n  output_path: ${directory}/build\n`,
  );
  writeFileSync(manifest, text);
  // The versions differ on purpose, as the manifest says.
  const built = run(join(directory, 'builder'), '--config', manifest, '--skip-strict-versioning');
  if (built.status !== 0) return failed('it could not be built', built.stderr);
  mkdirSync(BINARIES, { recursive: true });
  copyFileSync(join(directory, 'build/otelcol-kaos'), OTELCOL);
  writeFileSync(STAMP, digest);
  return { isThere: true, says: `built, ${OTELCOL}` };
}

function failed(problem: string, output: string): Installed {
  return { isThere: false, says: `${problem}: ${output.trim().split('\n').slice(-3).join(' ')}` };
}
