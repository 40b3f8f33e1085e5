import { Ops } from '../../apps/ops';
import { find } from '../support/synth';
import { describeApp } from './describe-app';

const manifests = describeApp(Ops, 'ops', {
  namespace: 'ops',
  workloads: [
    'otel-collector-telemetry',
    'modelapi-models',
    'mcpserver-cluster',
    'mcpserver-tickets',
    'agent-on-call',
  ],
  reaches: ['shop', 'payments'],
  askApi: ['mcpserver-cluster'],
});

test('nobody here can change anything in the cluster', () => {
  const roles = manifests.filter(({ kind }) => /Role$/.test(kind));
  expect(roles.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
    'Role shop/ops-mcpserver-cluster',
    'Role payments/ops-mcpserver-cluster',
  ]);
  const verbs = roles.flatMap(({ rules }) => (rules as { verbs: string[] }[]).flatMap((rule) => rule.verbs));
  expect([...new Set(verbs)].sort()).toEqual(['get', 'list', 'watch']);
  const { args } = find(manifests, 'Deployment', 'mcpserver-cluster').spec.template.spec.containers[0];
  expect(args).toContain('--read-only');
});
