import { printAgent } from './agent-overhead';
import { measureRun, measureSynth } from './cold-starts';
import { type Figure, printTable } from './figures';
import { printMCP } from './mcp-overhead';
import { printScaling } from './scaling';

/**
 * Prints figures; asserts nothing. Absolute times are this machine's: compare within one run alone. With `agent` or
 * `mcp`, it prints those of an agent or a tool server alone; with `--long`, the agent's memory is that after 100,000
 * requests.
 */
async function main(): Promise<void> {
  const words = process.argv.slice(2);
  if (!words.includes('mcp')) await printAgent({ long: words.includes('--long') });
  if (words.includes('agent')) return;
  if (!words.includes('mcp')) console.log();
  await printMCP();
  if (words.includes('mcp')) return;
  const figures: Figure[] = [...measureSynth(), ...(await measureRun())];
  console.log();
  printTable(figures);
  console.log();
  printScaling();
}

void main();
