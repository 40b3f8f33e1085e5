import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type Exporter, HeldExporter } from '../../../runtime/telemetry/held-exporter';
import { signalled, until } from '../../support/http';

/** A collector's answers: what it takes, what it refuses for good, or that it is away; the last one stays. */
type Answer = 'takes' | 'refuses' | 'away';

const RESULTS: Readonly<Record<Answer, ExportResult>> = {
  takes: { code: ExportResultCode.SUCCESS },
  refuses: { code: ExportResultCode.FAILED, error: Object.assign(new Error('malformed'), { code: 3 }) },
  away: { code: ExportResultCode.FAILED, error: Object.assign(new Error('no connection'), { code: 14 }) },
};

function hold(answers: Answer[], limit = 100) {
  const taken: number[] = [];
  const tries: number[][] = [];
  let dropped = 0;
  let connections = 0;
  const connect = (): Exporter<number> => {
    connections += 1;
    return {
      export(items, done) {
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        tries.push(items);
        if (answer === 'takes') taken.push(...items);
        done(RESULTS[answer ?? 'takes']);
      },
      shutdown: () => Promise.resolve(),
    };
  };
  const exporter = new HeldExporter<number>({
    what: 'numbers',
    connect,
    limit,
    weigh: (item) => (item >= 1_000 ? 10 : 1),
    onDrop: (count) => (dropped += count),
  });
  const give = (...items: number[]) =>
    new Promise<ExportResult>((resolve) => exporter.export(items, resolve));
  return {
    exporter,
    give,
    taken,
    tries,
    counts: () => ({ dropped, connections }),
  };
}

test('what the collector does not take it gets later, in order, by a connection of its own', async () => {
  const { give, taken, tries, counts } = hold(['takes', 'away', 'takes']);
  await give(1);
  await give(2, 3);
  await give(4);
  await until(() => taken.length === 4);
  expect(taken).toEqual([1, 2, 3, 4]);
  expect(tries).toEqual([[1], [2, 3], [2, 3], [4]]);
  expect(counts()).toEqual({ dropped: 0, connections: 2 });
});

test('who hands items over does not wait', async () => {
  const { give, exporter } = hold(['away']);
  expect(await give(1)).toEqual({ code: ExportResultCode.SUCCESS });
  await exporter.forceFlush();
});

test('what cannot be held any more gives way to what is newer, and is counted', async () => {
  const { give, taken, tries, counts } = hold(['away', 'takes'], 5);
  await give(1, 2);
  await until(() => tries.length === 1);
  for (const items of [[3, 4], [5], [6, 7]]) await give(...items);
  await until(() => taken.length > 0);
  expect(taken).toEqual([3, 4, 5, 6, 7]);
  expect(counts().dropped).toBe(2);
});

test('large items count for more', async () => {
  const { give, taken, tries, counts } = hold(['away', 'takes'], 20);
  await give(1);
  await until(() => tries.length === 1);
  for (const item of [1_000, 1_001, 2]) await give(item);
  await until(() => taken.length > 0);
  expect(taken).toEqual([1_001, 2]);
  expect(counts().dropped).toBe(2);
});

test('what the collector refuses is counted and not sent again, and keeps nothing back', async () => {
  const { give, taken, tries, counts } = hold(['refuses', 'takes']);
  await give(1, 2);
  await give(3);
  await until(() => taken.length > 0);
  expect(tries).toEqual([[1, 2], [3]]);
  expect(counts()).toEqual({ dropped: 2, connections: 1 });
});

test('shutdown tries once more, does not wait, and what is left is counted', async () => {
  const { exporter, give, tries, counts } = hold(['away']);
  await give(1);
  await give(2, 3);
  await until(() => tries.length === 1);
  await exporter.shutdown();
  expect(tries).toEqual([[1], [1]]);
  exporter.giveUp();
  expect(counts().dropped).toBe(3);
});

test('shutdown sends all that a collector takes', async () => {
  const { exporter, give, taken, tries } = hold(['away', 'takes']);
  await give(1);
  await give(2, 3);
  await until(() => tries.length === 1);
  await exporter.shutdown();
  expect(taken).toEqual([1, 2, 3]);
});

test('a batch that is on its way when all is given up counts as lost, once', async () => {
  const asked = signalled();
  let dropped = 0;
  const exporter = new HeldExporter<number>({
    what: 'numbers',
    connect: () => ({ export: () => asked.happen(), shutdown: () => Promise.resolve() }),
    limit: 10,
    weigh: () => 1,
    onDrop: (count) => (dropped += count),
  });
  exporter.export([1, 2], () => undefined);
  exporter.export([3], () => undefined);
  await asked.happened;
  exporter.giveUp();
  exporter.giveUp();
  expect(dropped).toBe(3);
});
