import { type Deployment } from '../../../cli/local/manifests';
import { addressesAt } from '../../../cli/local/plan';
import { deployment, planOf, serviceOf } from './small-chart';

const lead = deployment('agent', 'lead');

describe('a Service', () => {
  const container = {
    ports: [
      { name: 'http', containerPort: 8000 },
      { name: 'metrics', containerPort: 9000 },
    ],
  };
  const agent = deployment('agent', 'lead', { container });

  test.each([
    ['by name', { port: 80, targetPort: 'metrics' }, 9000],
    ['by number', { port: 80, targetPort: 9000 }, 9000],
    ['with the port itself', { port: 9000 }, 9000],
  ])('leads to its workload, the port given %s', (_how, port, containerPort) => {
    const plan = planOf([deployment('agent', 'other'), agent], [serviceOf(agent, [port])]);
    expect(plan.addresses).toEqual([
      {
        hosts: ['agent-lead', 'agent-lead.tests', 'agent-lead.tests.svc'],
        port: port.port,
        workload: plan.workloads[1],
        containerPort,
      },
    ]);
  });

  test('leads nowhere when it selects nothing, somebody else, or another namespace', () => {
    const service = serviceOf(agent);
    const elsewhere = { ...service, metadata: { ...service.metadata, namespace: 'other' } };
    const stranger = { ...service, spec: { ...service.spec, selector: { app: 'redis' } } };
    const external = { ...service, spec: { selector: {}, ports: [] } };
    expect(planOf([agent], [elsewhere, stranger, external]).addresses).toEqual([]);
  });

  test.each(['grpc', 9001])('fails when it targets port %s, which the pods do not have', (targetPort) => {
    expect(() => planOf([agent], [serviceOf(agent, [{ port: 80, targetPort }])])).toThrow(
      new Error(
        `Service "agent-lead" targets port "${targetPort}", which its pods do not have; add it to their container`,
      ),
    );
  });
});

describe('a host', () => {
  const plan = planOf([lead], [serviceOf(lead)]);

  test.each([
    'agent-lead',
    'agent-lead.tests',
    'agent-lead.tests.svc',
    'agent-lead.tests.svc.cluster.local',
    'agent-lead.tests.svc.corp.example',
    'agent-lead.tests.svc.cluster.local.',
    'AGENT-Lead.Tests.SVC.Cluster.Local',
  ])('%s means the Service', (host) => {
    expect(addressesAt(plan, host)).toEqual(plan.addresses);
  });

  test.each([
    'lead',
    'agent-lead.',
    'agent-lead.tests.',
    'agent-leader',
    'my-agent-lead',
    'agent-lead.other',
    'agent-lead.tests.example.com',
    'agent-lead.tests.svcs',
    'www.agent-lead',
    '',
  ])('"%s" means something else', (host) => {
    expect(addressesAt(plan, host)).toEqual([]);
  });

  test('is in the namespace "default" where manifests name none', () => {
    const bare = deployment('agent', 'lead', { namespace: undefined });
    const inDefault = planOf([bare], [serviceOf(bare)]);
    expect(addressesAt(inDefault, 'agent-lead.default.svc.cluster.local')).toHaveLength(1);
    expect(addressesAt(inDefault, 'agent-lead')).toHaveLength(1);
  });
});

describe('a workload', () => {
  const container = { volumeMounts: [{ name: 'config', mountPath: '/etc/kaos/' }] };
  const volumes = [{ name: 'config', configMap: { name: 'texts' } }];
  const mounting = deployment('agent', 'lead', { container, volumes });
  const texts = { metadata: mounting.metadata, data: { 'a.txt': 'A' } };

  test('has the files of its own namespace', () => {
    const own = { ...texts, metadata: { ...texts.metadata, name: 'texts' } };
    const foreign = { metadata: { ...own.metadata, namespace: 'other' }, data: { 'a.txt': 'B' } };
    const [workload] = planOf([mounting], [], [foreign, own]).workloads;
    expect(workload?.files).toEqual(new Map([['/etc/kaos/a.txt', 'A']]));
    expect(workload?.mountPaths).toEqual(['/etc/kaos']);
  });

  test('fails when its ConfigMap is not there', () => {
    expect(() => planOf([mounting], [], [texts])).toThrow(
      new Error(
        'chart small: Deployment "agent-lead" mounts ConfigMap "texts", which is not there; add it to the chart',
      ),
    );
  });

  test.each<Record<string, string>>([{}, { app: 'redis' }, { app: 'agent' }])(
    'fails when its labels are %j',
    (labels) => {
      expect(() => planOf([{ ...lead, metadata: { ...lead.metadata, labels } }])).toThrow(
        new Error(
          'chart small: Deployment "agent-lead" has labels by which it cannot be told what it is; ' +
            'its label "app" must be one of agent, mcpserver, modelapi, otel-collector, beside one of that name',
        ),
      );
    },
  );
});

describe('a title', () => {
  const titles = (...deployments: Deployment[]) => planOf(deployments).workloads.map(({ title }) => title);

  test('is the name alone where no other workload could be meant', () => {
    expect(titles(lead, deployment('mcpserver', 'search'))).toEqual(['lead', 'search']);
  });

  test("is the Deployment's where two roles share a name, and so are unique", () => {
    const same = [deployment('agent', 'search'), deployment('mcpserver', 'search')];
    expect(titles(...same, lead)).toEqual(['agent-search', 'mcpserver-search', 'lead']);
    const lookalike = deployment('agent', 'mcpserver-search');
    expect(titles(...same, lookalike)).toEqual([
      'agent-search',
      'mcpserver-search',
      'agent-mcpserver-search',
    ]);
  });
});
