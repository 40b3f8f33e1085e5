import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { OTELCOL } from '../components/collector';
import { LITELLM } from '../components/litellm';

/** Programs of others that tests run as they are, and how it is seen that they are here. */
const PARTS = {
  LiteLLM: () => existsSync(LITELLM),
  'OpenTelemetry Collector': () => existsSync(OTELCOL),
  Prometheus: () => spawnSync('prometheus', ['--version']).error === undefined,
} as const;

export type RealPart = keyof typeof PARTS;

/**
 * Like `describe` for tests that need programs which `npm run components` installs. Where one is missing they are skipped by
 * name, unless the environment says that nothing may be missing.
 */
export function describeWith(parts: readonly RealPart[], name: string, tests: () => void): void {
  const missing = parts.filter((part) => !PARTS[part]());
  if (missing.length === 0 || process.env.KAOS_REQUIRE_COMPONENTS === '1') describe(name, tests);
  else describe.skip(`${name} (without ${missing.join(' and ')}; npm run components)`, tests);
}
