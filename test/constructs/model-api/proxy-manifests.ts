import { Secret, type SecretValue } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { parse } from 'yaml';
import { ModelAPI, type ModelAPIProxyProps } from '../../../constructs';
import { find, type Manifest, synth } from '../../support/synth';

/** All that a proxy `llm` is rendered as. */
export function proxy(props: Partial<ModelAPIProxyProps<string>> = {}): Manifest[] {
  return synth((scope) => ModelAPI.proxy(scope, 'llm', { models: ['gpt-4o'], ...props }));
}

/** A key in a Secret that is called `name`. */
export function keyOf(scope: Construct, name: string): SecretValue {
  return { secret: Secret.fromSecretName(scope, `${name}-secret`, name), key: 'api-key' };
}

/** LiteLLM's configuration of the proxy. */
export function configOf(manifests: readonly Manifest[]): ReturnType<typeof JSON.parse> {
  return parse(find(manifests, 'ConfigMap', 'litellm-config-llm').data['config.yaml']);
}

/** The variables of its container. */
export function variablesOf(manifests: readonly Manifest[]): Manifest[] {
  return find(manifests, 'Deployment', 'modelapi-llm').spec.template.spec.containers[0].env;
}

/** Whom it may call. */
export function egressOf(manifests: readonly Manifest[]): Manifest[] {
  return find(manifests, 'NetworkPolicy', 'modelapi-llm').spec.egress;
}

/** A way to any public address. */
export const toInternet = (port: number) => ({
  to: [{ ipBlock: expect.objectContaining({ cidr: '0.0.0.0/0' }) }],
  ports: [{ port, protocol: 'TCP' }],
});
