const ROUNDS = 6;

/** One of several ways to do the same, and what it took so far. */
export interface Variant {
  readonly name: string;
  readonly latencies: number[];
  milliseconds: number;
  microseconds: number;
  call(): Promise<unknown>;
  /** Microseconds of the process that is measured. */
  cpu(): number;
}

export function variant(name: string, call: () => Promise<unknown>, cpu: () => number): Variant {
  return { name, call, cpu, latencies: [], milliseconds: 0, microseconds: 0 };
}

/** Variants take turns, after each was warmed up, so that whatever else the machine does hits all alike. */
export async function takeTurns(
  variants: readonly Variant[],
  connections: number,
  requests: number,
): Promise<void> {
  for (const each of variants) await run(each, connections, requests);
  for (const each of variants) Object.assign(each, { milliseconds: 0, microseconds: 0 }).latencies.length = 0;
  for (let round = 0; round < ROUNDS; round++)
    for (const each of variants) await run(each, connections, requests);
}

/** Calls that were answered in a second. */
export function rateOf({ latencies, milliseconds }: Variant): number {
  return (latencies.length / milliseconds) * 1000;
}

/** Microseconds of processor for each call. */
export function costOf({ latencies, microseconds }: Variant): number {
  return microseconds / latencies.length;
}

async function run(each: Variant, connections: number, requests: number): Promise<void> {
  const cpu = each.cpu();
  const startedAt = performance.now();
  let left = requests;
  const work = async () => {
    while (left-- > 0) {
      const askedAt = performance.now();
      await each.call();
      each.latencies.push(performance.now() - askedAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  each.milliseconds += performance.now() - startedAt;
  each.microseconds += each.cpu() - cpu;
}
