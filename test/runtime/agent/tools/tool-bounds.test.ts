import { z } from 'zod';
import { shortened } from '../../../../runtime/agent/tools/shortened';
import { tool } from '../../../../runtime/mcp-server/tool';
import { type Signal, signalled, until } from '../../../support/http';
import { closeAll, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, toolResults } from '../../../support/scripted-model';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

afterEach(closeAll);
afterAll(() => telemetry.close());

/** A tool whose calls end when the test says so. */
function stepwise() {
  const started = new Map<number, Signal>();
  const wait = tool({
    description: 'Waits',
    input: z.object({ n: z.number() }),
    handler: async ({ n }) => {
      const end = signalled();
      started.set(n, end);
      await end.happened;
      return `waited ${n}`;
    },
  });
  return { wait, started, calls: [0, 1, 2, 3, 4].map((n) => ['wait', { n }] as const) };
}

test('so many calls of a turn are under way at a time, and the results keep their order', async () => {
  const { wait, started, calls } = stepwise();
  const script = inTurn(asksFor(...calls), says('done'));
  const lead = await openLead(script, { maxParallelToolCalls: 2 }, { wait });
  const reply = lead.ask();
  await until(() => started.size === 2);
  // The last that began ends first: another takes its place.
  for (let next = 2; next <= 4; next++) {
    started.get(next - 1)?.happen();
    await until(() => started.has(next));
    expect([...started.keys()]).toEqual([0, 1, 2, 3, 4].slice(0, next + 1));
  }
  started.get(4)?.happen();
  started.get(0)?.happen();
  expect((await reply).status).toBe(200);
  expect(toolResults(lead.model.requests[1])).toEqual([0, 1, 2, 3, 4].map((n) => `waited ${n}`));
});

test('calls that still wait their turn are not begun for a client that has gone', async () => {
  const { wait, started, calls } = stepwise();
  const lead = await openLead(inTurn(asksFor(...calls)), { maxParallelToolCalls: 1 }, { wait });
  const client = new AbortController();
  const reply = lead.ask('go', {}, client.signal).catch(() => 'gone');
  await until(() => started.size === 1);
  client.abort();
  expect(await reply).toBe('gone');
  await telemetry.span('agent.agentic_loop');
  expect(started.size).toBe(1);
});

test('a result that is too long is cut, and the model is told how much of it', async () => {
  const long = tool({ description: 'Says a lot', input: z.object({}), handler: () => 'x'.repeat(25) });
  const fails = tool({
    description: 'Fails at length',
    input: z.object({}),
    handler: () => {
      throw new Error('y'.repeat(25));
    },
  });
  const script = inTurn(asksFor(['long', {}], ['fails', {}]), says('done'));
  const lead = await openLead(script, { maxToolResultChars: 10 }, { long, fails });
  await lead.ask();
  expect(toolResults(lead.model.requests[1])).toEqual([
    'xxxxxxxxxx\n[cut: 15 of 25 characters are left out here]',
    'Error: yyy\n[cut: 22 of 32 characters are left out here]',
  ]);
});

test('no character is cut in two', () => {
  expect(shortened('ab😀', 4)).toBe('ab😀');
  expect(shortened('ab😀', 3)).toBe('ab\n[cut: 2 of 4 characters are left out here]');
});
