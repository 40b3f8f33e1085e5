import { collector } from './collector';
import { type Component } from './component';
import { litellm } from './litellm';
import { mcpTools } from './mcp-tools';
import { prometheus } from './prometheus';
import { python } from './python';

/** Puts what tests and `kaos` run beside our own code into .components; what is there already stays. */
const COMPONENTS: readonly Component[] = [mcpTools, python, litellm, collector, prometheus];

const missing = COMPONENTS.filter(({ name, install, without }) => {
  const { isThere, says } = install();
  console.log(`${name}: ${says}`);
  if (!isThere) console.log(`  without it, ${without}`);
  return !isThere;
});
if (missing.length > 0 && process.env.KAOS_REQUIRE_COMPONENTS === '1') process.exit(1);
