import { Secret, type SecretValue } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { parse } from 'yaml';
import { ModelAPI, OtlpExporter } from '../../../constructs';
import { find, type Manifest } from '../../support/synth';

/** Where stacks send to, when that is not what a test is about. */
export const exporters = [OtlpExporter.signoz()];

/** Where workloads report to, when it is to the stack of that name. */
export const endpoint = (name: string) => `http://otel-collector-${name}.tests.svc.cluster.local:4317`;

/** A workload that reports. */
export function gateway(scope: Construct, id: string): ModelAPI {
  return ModelAPI.proxy(scope, id, { models: ['*'] });
}

/** A key of a backend. */
export function keyOf(scope: Construct): SecretValue {
  return { secret: Secret.fromSecretName(scope, 'keys', 'backend-keys'), key: 'token' };
}

/** The configuration of a collector. */
export function configOf(manifests: Manifest[], id: string): Manifest {
  return parse(find(manifests, 'ConfigMap', `otel-collector-${id}`).data['config.yaml']);
}

/** Who may call a collector, and whom it may call. */
export function policyOf(manifests: Manifest[], id: string): Manifest {
  return find(manifests, 'NetworkPolicy', `otel-collector-${id}`).spec;
}
