import { ConfigError } from '../contract';

/** Runs a composition root: wrong configuration ends the process, saying all that is wrong with it. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const text = error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : error;
    process.stderr.write(`${String(text)}\n`);
    process.exit(1);
  }
}
