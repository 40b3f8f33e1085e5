import { App, Chart } from 'cdk8s';
import { runTopology } from '../../../cli/testing';

const run = runTopology as (...args: readonly unknown[]) => Promise<unknown>;
const chart = new Chart(new App(), 'research');
const faults = 'client-hangs-up, agent-is-stopped, collector-is-away';

describe('what no compiler has seen fails before anything starts', () => {
  test.each<[what: string, options: unknown, message: string]>([
    ['no options', undefined, 'message is missing; give the question as a text'],
    ['no message', {}, 'message is missing; give the question as a text'],
    ['an empty message', { message: '' }, 'message is ""; give the question as a text'],
    ['a message that is none', { message: 5 }, 'message is of type number; give the question as a text'],
    ['an unknown fault', { message: 'hi', fault: 'zzz' }, `fault is "zzz"; give one of ${faults}`],
    ['a fault that is none', { message: 'hi', fault: null }, `fault is null; give one of ${faults}`],
  ])('%s', async (_what, options, message) => {
    await expect(run(chart, options)).rejects.toThrow(new TypeError(message));
  });

  test.each<[what: string, given: unknown, problem: string]>([
    ['no chart', undefined, 'the chart is missing'],
    ['options in its place', { message: 'hi' }, 'the chart is of type object'],
    ['an empty list', [], 'there is no chart'],
    ['a name in a list', [chart, 'research'], 'the chart is "research"'],
  ])('%s', async (_what, given, problem) => {
    const fix = 'give runTopology a Chart of cdk8s, or a list of them';
    await expect(run(given, { message: 'hi' })).rejects.toThrow(new TypeError(`${problem}; ${fix}`));
  });
});
