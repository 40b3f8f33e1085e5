import { Chart, Names } from 'cdk8s';
import { type IConstruct } from 'constructs';

/** What a workload is to the system. */
export type Kind = 'agent' | 'mcpserver' | 'modelapi' | 'otel-collector';

const COMPONENTS: Record<Kind, string> = {
  agent: 'agent',
  mcpserver: 'tools',
  modelapi: 'model-gateway',
  'otel-collector': 'telemetry',
};

/** Labels that Services and Deployments select pods by. They can never change, so no other label is among them. */
export function selectorLabels(kind: Kind, name: string): Record<string, string> {
  return { app: kind, [kind]: name };
}

/** Labels of a workload's objects and pods. */
export function objectLabels(scope: IConstruct, kind: Kind, name: string): Record<string, string> {
  return {
    ...selectorLabels(kind, name),
    'app.kubernetes.io/name': kind,
    'app.kubernetes.io/instance': `${kind}-${name}`,
    'app.kubernetes.io/component': COMPONENTS[kind],
    ...chartLabels(scope),
  };
}

/** Labels of all objects of a chart. */
export function chartLabels(scope: IConstruct): Record<string, string> {
  return {
    'app.kubernetes.io/part-of': Names.toLabelValue(Chart.of(scope), { includeHash: false }),
    'app.kubernetes.io/managed-by': 'cdk8s',
  };
}
