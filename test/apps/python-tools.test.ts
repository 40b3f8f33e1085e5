import { readFileSync } from 'node:fs';
import { PythonTools } from '../../apps/python-tools';
import { find } from '../support/synth';
import { describeApp } from './describe-app';

const manifests = describeApp(PythonTools, 'python-tools', {
  namespace: 'kaos-python',
  workloads: [
    'otel-collector-telemetry',
    'modelapi-models',
    'mcpserver-echo',
    'mcpserver-statistics',
    'agent-analyst',
  ],
});

test('the code is in the manifests as it was written', () => {
  expect(find(manifests, 'ConfigMap', 'mcpserver-statistics-tools').data).toEqual({
    'statistics.py': readFileSync('apps/tools/statistics.py', 'utf8'),
  });
});
