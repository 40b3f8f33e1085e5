import { printAgent } from './agent-overhead';
import { measureRun, measureSynth } from './cold-starts';
import { type Figure, printTable } from './figures';
import { printScaling } from './scaling';

/**
 * Prints figures; asserts nothing. Absolute times are this machine's: compare within one run alone. With `agent`, it
 * prints those of the agent alone; with `--long`, its memory is that after 100,000 requests.
 */
async function main(): Promise<void> {
  const words = process.argv.slice(2);
  await printAgent({ long: words.includes('--long') });
  if (words.includes('agent')) return;
  const figures: Figure[] = [...measureSynth(), ...(await measureRun())];
  console.log();
  printTable(figures);
  console.log();
  printScaling();
}

void main();
