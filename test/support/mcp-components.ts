import { areThere } from '../components/mcp-tools';

/**
 * Like `describe` for tests that need what `npm run components` installs beside our own code. Where it is missing they
 * are skipped by name, unless the environment says that nothing may be missing.
 */
export function describeWithMCPTools(name: string, tests: () => void): void {
  if (areThere() || process.env.KAOS_REQUIRE_COMPONENTS === '1') describe(name, tests);
  else describe.skip(`${name} (install it with: npm run components)`, tests);
}
