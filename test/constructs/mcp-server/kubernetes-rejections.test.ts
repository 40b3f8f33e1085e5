import { Chart, App, Testing } from 'cdk8s';
import { type KubernetesToolsProps } from '../../../constructs';
import { problemsOf } from '../../support/synth';
import { server } from './kubernetes-manifests';

const wrong: [string, KubernetesToolsProps, string][] = [
  [
    'nothing is allowed',
    {},
    'there is nothing that its tools may do; give resources, such as pods and pods/log',
  ],
  [
    'all is to be read',
    { resources: ['*'] },
    'resources has "*", which is no resource; give a plural with its API group, such as deployments.apps',
  ],
  [
    'all of a group is to be read',
    { resources: ['*.apps'] },
    'resources has "*.apps", which is no resource; give a plural with its API group, such as deployments.apps',
  ],
  [
    'a kind is given',
    { resources: ['Pod'] },
    'resources has "Pod", which is no resource; give a plural with its API group, such as deployments.apps',
  ],
  [
    'the group is missing',
    { resources: ['deployments'] },
    'resources has "deployments", which the core group has not; give its plural with its API group, such as deployments.apps',
  ],
  [
    'no namespace has it',
    { resources: ['nodes'] },
    'resources has "nodes", which belongs to no namespace; set cluster, or leave it out',
  ],
  [
    'no namespace has it, of another group',
    { allowWrites: { 'storageclasses.storage.k8s.io': ['delete'] } },
    'allowWrites has "storageclasses.storage.k8s.io", which belongs to no namespace; set cluster, or leave it out',
  ],
  ...['pods/exec', 'nodes/proxy', 'pods/portforward', 'serviceaccounts/token'].map(
    (power): [string, KubernetesToolsProps, string] => [
      `${power} is called reading`,
      { resources: [power], cluster: true },
      `resources has "${power}", which is not for reading alone; give it in allowWrites, with create`,
    ],
  ),
  [
    'a write is none',
    { allowWrites: { pods: ['escalate' as 'create'] } },
    'allowWrites.pods has "escalate"; give some of create, update, patch, delete, deletecollection',
  ],
  [
    'a write is everything',
    { allowWrites: { pods: ['*' as 'create'] } },
    'allowWrites.pods has "*"; give some of create, update, patch, delete, deletecollection',
  ],
  [
    'no writes are listed',
    { allowWrites: { pods: [] } },
    'allowWrites.pods is empty; give some of create, update, patch, delete, deletecollection',
  ],
  [
    'it reaches all and some',
    { resources: ['pods'], cluster: true, namespaces: ['shop'] },
    'cluster is set beside namespaces; give one of the two',
  ],
  [
    'no namespaces are listed',
    { resources: ['pods'], namespaces: [] },
    "namespaces is empty; leave it out for the server's own",
  ],
  [
    'a namespace cannot be called so',
    { resources: ['pods'], namespaces: ['My_Shop'] },
    'namespaces has "My_Shop"; use lower-case letters, digits and "-", at most 63',
  ],
  [
    'a namespace is there twice',
    { resources: ['pods'], namespaces: ['shop', 'shop'] },
    'namespaces has "shop" twice; give it once',
  ],
  [
    'a toolset is not known',
    { resources: ['pods'], toolsets: ['docker' as 'core'] },
    'toolsets has "docker"; give some of config, core, helm, kcp, kiali, kubevirt, netobserv, tekton',
  ],
];

test.each(wrong)('fails when %s', (_, props, problem) => {
  expect(problemsOf((scope) => server(scope, props))).toContain(`[research/cluster] ${problem}`);
});

test('fails when another account is named', () => {
  const props = { resources: ['pods'] };
  expect(problemsOf((scope) => server(scope, props, { serviceAccountName: 'mine' }))).toEqual([
    '[research/cluster] serviceAccountName is "mine"; leave it out, what asks the Kubernetes API has an account of its own',
  ]);
});

test('fails when the chart does not say where the account is', () => {
  const chart = new Chart(new App(), 'research');
  server(chart, { resources: ['pods'] });
  expect(() => Testing.synth(chart)).toThrow(
    '[research/cluster] Tools.kubernetes needs to know its namespace; give its chart one',
  );
});
