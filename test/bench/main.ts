import { measureAgent } from './agent-overhead';
import { measureRun, measureSynth } from './cold-starts';
import { type Figure, printTable } from './figures';
import { printScaling } from './scaling';

/** Prints figures; asserts nothing. Absolute times are this machine's: compare within one run alone. */
async function main(): Promise<void> {
  const figures: Figure[] = [...measureSynth(), ...(await measureRun()), ...(await measureAgent())];
  printTable(figures);
  console.log();
  printScaling();
}

void main();
