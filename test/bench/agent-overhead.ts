import { hangUp } from './agent-calls';
import { measureFirstToken, measureStarts, memoryOf, printMemory } from './agent-footprint';
import { printLoad } from './agent-load';
import { startAgentProcesses } from './agent-processes';
import { printTable } from './figures';

const REQUESTS = 10_000;
const MANY_REQUESTS = 100_000;

/** What an agent costs: throughput, processor, waits, first word, start and memory. */
export async function printAgent(options: { readonly long: boolean }): Promise<void> {
  const agents = await startAgentProcesses();
  try {
    const idle = memoryOf(agents);
    await printLoad(agents);
    console.log();
    printTable([...(await measureFirstToken(agents)), ...(await measureStarts(agents))]);
    console.log();
    await printMemory(agents, idle, options.long ? MANY_REQUESTS : REQUESTS);
  } finally {
    await agents.stop();
    await hangUp();
  }
}
