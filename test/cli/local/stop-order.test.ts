import { stopOrder } from '../../../cli/local/stop-order';
import { deployment, planOf, serviceOf } from './small-chart';

function order(delegation: Readonly<Record<string, readonly string[]>>): string[][] {
  const agents = Object.entries(delegation).map(([name, others]) =>
    deployment('agent', name, {
      container: {
        env: [
          { name: 'PEER_AGENTS', value: others.join(',') },
          ...others.map((other) => ({
            name: `PEER_AGENT_${other.toUpperCase()}_CARD_URL`,
            value: `http://agent-${other}:8000`,
          })),
        ],
      },
    }),
  );
  const others = [
    deployment('otel-collector', 'telemetry'),
    deployment('modelapi', 'models'),
    deployment('mcpserver', 'search'),
  ];
  const all = [...others, ...agents];
  const plan = planOf(
    all,
    all.map((each) => serviceOf(each)),
  );
  return stopOrder(plan).map((workloads) => workloads.map(({ name }) => name));
}

const REST = [['models', 'search'], ['telemetry']];

test('agents end after those that delegate to them, then what they call, then the collectors', () => {
  expect(order({ leaf: [], middle: ['leaf'], top: ['middle', 'leaf'], other: [] })).toEqual([
    ['top', 'other'],
    ['middle'],
    ['leaf'],
    ...REST,
  ]);
});

test('agents that delegate in a circle end together, after those that delegate to them', () => {
  expect(order({ one: ['two'], two: ['one', 'two'], top: ['one'] })).toEqual([
    ['top'],
    ['one', 'two'],
    ...REST,
  ]);
});

test('without agents or collectors, nothing waits for them', () => {
  expect(stopOrder(planOf([deployment('mcpserver', 'search')]))).toHaveLength(1);
});
