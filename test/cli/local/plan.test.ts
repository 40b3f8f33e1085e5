import { type Controller, type Service } from '../../../cli/local/objects';
import { addressesAt, buildPlan } from '../../../cli/local/plan';
import { chartOf, deployment, planOf, serviceOf } from './small-chart';

const lead = deployment('agent', 'lead');
const objectOf = (kind: string) => ({ kind, metadata: { name: 'it', labels: {} } });

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

  test('leads to a StatefulSet as well, and where it is headless past its own port', () => {
    const stateful = deployment('agent', 'lead', { container, kind: 'StatefulSet' });
    const service = serviceOf(stateful, [{ port: 80, targetPort: 'metrics' }]);
    const headless = { ...service, spec: { ...service.spec, clusterIP: 'None' } };
    const ports = (...services: Service[]) =>
      planOf([stateful], services).addresses.map(({ port, containerPort }) => [port, containerPort]);
    expect(ports(service, headless)).toEqual([
      [80, 9000],
      [9000, 9000],
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
  const others = [{ ...lead.spec.template.spec.containers[0], name: 'proxy' }];
  test.each([
    ['init container "migrate"', { initContainers: [{ name: 'migrate' }] }],
    ['another container "proxy"', { containers: [...lead.spec.template.spec.containers, ...others] }],
  ])('fails when it has %s', (what, more) => {
    const template = { ...lead.spec.template, spec: { ...lead.spec.template.spec, ...more } };
    expect(() => planOf([{ ...lead, spec: { ...lead.spec, template } } as Controller])).toThrow(
      new Error(
        `chart small: Deployment "agent-lead" has ${what}, and on this machine each pod is one process; ` +
          'leave it out of the chart',
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
  const titles = (...controllers: Controller[]) => planOf(controllers).workloads.map(({ title }) => title);
  const elsewhere = (name: string) => deployment('agent', name, { namespace: 'elsewhere' });

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

  test('has the namespace in it where two charts have objects of one name', () => {
    expect(titles(lead, elsewhere('lead'))).toEqual(['agent-lead.tests', 'agent-lead.elsewhere']);
    expect(titles(lead, deployment('mcpserver', 'search'), elsewhere('search'))).toEqual([
      ...['lead', 'mcpserver-search', 'agent-search'],
    ]);
  });

  test('fails when an object is there twice', () => {
    const charts = [chartOf([lead], [], [], 'one'), chartOf([lead], [], [], 'two')];
    expect(() => buildPlan(charts)).toThrow(
      new Error(
        'Deployment "agent-lead" is there twice in namespace tests, the second time in chart two; ' +
          'give one another name',
      ),
    );
  });
});

describe('several charts', () => {
  const search = deployment('mcpserver', 'search', { namespace: 'tools' });
  const agents = chartOf([lead], [serviceOf(lead)], [], 'agents');
  const tools = chartOf([search], [serviceOf(search)], [], 'tools');

  test('run as one, each workload of its own chart', () => {
    const plan = buildPlan([agents, tools]);
    expect(plan.charts).toEqual(['agents', 'tools']);
    expect(plan.workloads.map(({ title, chart }) => [title, chart])).toEqual([
      ['lead', 'agents'],
      ['search', 'tools'],
    ]);
    expect(addressesAt(plan, 'mcpserver-search.tools.svc.cluster.local')).toHaveLength(1);
  });

  test('may have one among them in which nothing runs', () => {
    const applications = { ...chartOf([], [], [], 'gitops'), objects: [objectOf('Application')] };
    expect(buildPlan([agents, applications]).workloads).toHaveLength(1);
  });

  test.each([
    [
      ['Application', 'AppProject'],
      'chart small has nothing that could run: AppProject, Application, but no Deployment or StatefulSet; name another',
    ],
    [[], 'chart small has no objects at all; synthesize again'],
  ])('fails when nothing runs in any, as with %j', (kinds, message) => {
    expect(() => buildPlan([{ ...chartOf([]), objects: kinds.map(objectOf) }])).toThrow(new Error(message));
  });

  test.each(['Job', 'DaemonSet'])('fails when there is a %s among them, which would be missing', (kind) => {
    expect(() => buildPlan([agents, { ...tools, objects: [objectOf(kind)] }])).toThrow(
      new Error(`chart tools: ${kind} "it" cannot run on this machine; leave it out of the chart`),
    );
  });
});
