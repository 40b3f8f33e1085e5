import { UserError } from '../../../cli/local/errors';
import { buildPlan } from '../../../cli/local/plan';
import { checkReferences } from '../../../cli/local/references';
import { deployment, planOf } from './small-chart';

const MODELS = { name: 'MODEL_API_URL', value: 'http://modelapi-llm.tests.svc.cluster.local:8000' };

test('fails when a workload calls a Service that the chart should have', () => {
  const plan = planOf([deployment('agent', 'lead', { namespace: 'tests', container: { env: [MODELS] } })]);
  expect(() => checkReferences(plan)).toThrow(
    new UserError(
      `lead calls ${MODELS.value} (MODEL_API_URL), which is no Service of chart ${plan.chart}; synthesize it again`,
    ),
  );
});

test('what is elsewhere is nobody’s mistake', () => {
  const env = [
    { name: 'A', value: 'https://api.example.com/v1' },
    { name: 'B', value: 'http://thing.other.svc.cluster.local' },
    { name: 'C', value: 'no address at all' },
  ];
  checkReferences(planOf([deployment('agent', 'lead', { namespace: 'tests', container: { env } })]));
});

test('fails when a chart has no workloads', () => {
  expect(() => buildPlan({ chart: 'empty', deployments: [], services: [], configMaps: [] })).toThrow(
    new UserError('chart empty has no workloads; synthesize it again'),
  );
});
