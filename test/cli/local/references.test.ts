import { UserError } from '../../../cli/local/errors';
import { type Manifests } from '../../../cli/local/manifests';
import { checkReferences } from '../../../cli/local/references';
import { chartOf, deployment, planOf, serviceOf } from './small-chart';

const MODELS = { name: 'MODEL_API_URL', value: 'http://modelapi-llm.tests.svc.cluster.local:8000' };
const none = () => [];

test('fails when a workload calls a Service that the chart should have', () => {
  const plan = planOf([deployment('agent', 'lead', { namespace: 'tests', container: { env: [MODELS] } })]);
  expect(() => checkReferences(plan, none)).toThrow(
    new UserError(
      `lead calls ${MODELS.value} (MODEL_API_URL), which is no Service of chart small; synthesize it again`,
    ),
  );
});

describe('another chart', () => {
  const llm = deployment('modelapi', 'llm', { namespace: 'shared' });
  const others = (): Manifests[] => [chartOf([llm], [serviceOf(llm)], [], 'models')];
  const url = 'http://modelapi-llm.shared.svc.cluster.local:8000';

  test('fails when a variable leads there, and says which it is', () => {
    const env = [{ name: 'MODEL_API_URL', value: url }];
    const plan = planOf([deployment('agent', 'lead', { container: { env } })]);
    expect(() => checkReferences(plan, others)).toThrow(
      new UserError(
        `lead calls ${url} (MODEL_API_URL), which is a Service of chart models; run them together: small models`,
      ),
    );
  });

  test("fails when a gateway's configuration leads there, but not when words do", () => {
    const mounting = (role: 'agent' | 'modelapi') =>
      deployment(role, 'it', {
        container: { volumeMounts: [{ name: 'config', mountPath: '/etc' }] },
        volumes: [{ name: 'config', configMap: { name: 'texts' } }],
      });
    const text = `model_list:\n  - litellm_params:\n      api_base: ${url}/v1\n`;
    const texts = {
      metadata: { name: 'texts', namespace: 'tests', labels: {} },
      data: { 'config.yaml': text },
    };
    expect(() => checkReferences(planOf([mounting('modelapi')], [], [texts]), others)).toThrow(
      new UserError(
        `it calls ${url}/v1 (config.yaml), which is a Service of chart models; run them together: small models`,
      ),
    );
    checkReferences(planOf([mounting('agent')], [], [texts]), others);
  });

  test('is none of a collector, which sends nothing on from here', () => {
    const env = [{ name: 'BACKEND', value: url }];
    checkReferences(planOf([deployment('otel-collector', 'telemetry', { container: { env } })]), others);
  });
});

test('what is elsewhere is nobody’s mistake', () => {
  const env = [
    { name: 'A', value: 'https://api.example.com/v1' },
    { name: 'B', value: 'http://thing.other.svc.cluster.local' },
    { name: 'C', value: 'no address at all' },
  ];
  checkReferences(planOf([deployment('agent', 'lead', { namespace: 'tests', container: { env } })]), none);
});
