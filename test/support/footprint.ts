import { containersOf, ofKind, podTemplates, title, walk } from './objects';
import { type Manifest } from './synth';

/** Kinds that reach beyond the namespaces of an app, or change how the cluster itself works. */
const CLUSTER_KINDS = [
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'APIService',
  'PersistentVolume',
  'StorageClass',
  'PriorityClass',
  'DaemonSet',
];
const KEYS: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{16,}/,
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bAIza[A-Za-z0-9_-]{30,}/,
  /\b(gh[pousr]|github_pat|glpat|xox[abprs]|hf|gsk|pypi|npm)[_-][A-Za-z0-9_-]{16,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/,
  /:\/\/[^/\s:@'"`]+:[^/\s:@$'"`]{3,}@/,
  /\bBearer [A-Za-z0-9._~+/-]{20,}/,
];
/** Names of variables whose values are nobody's business. */
const SECRET_VARIABLE = /(^|_)(API_?KEY|MASTER_KEY|TOKEN|PASSWORD|PASSWD|SECRET|CREDENTIALS?)$/i;

/**
 * What an app takes of a cluster beyond its own pods: tokens for the API, powers, definitions, the nodes' disks, and
 * keys in plain sight.
 *
 * @param asked what its author wanted, word for word as reported here; what of it is not there is reported too
 */
export function footprintProblems(objects: readonly Manifest[], asked: readonly string[] = []): string[] {
  const found = [
    ...objects.flatMap((object) => ofObject(object).map((problem) => `${title(object)}: ${problem}`)),
    ...podTemplates(objects).flatMap((pod) =>
      ofPod(pod.spec).map((problem) => `${title(pod.owner)}: ${problem}`),
    ),
  ];
  return [
    ...found.filter((problem) => !asked.includes(problem)),
    ...asked.filter((one) => !found.includes(one)).map((one) => `asked for and not there: ${one}`),
  ];
}

function ofObject(object: Manifest): string[] {
  const { kind, spec, data, stringData, rules = [] } = object;
  const isOpen = ofKind([object], 'Service').some(
    () => spec.type === 'NodePort' || spec.type === 'LoadBalancer',
  );
  return [
    ...(CLUSTER_KINDS.includes(kind) ? ['it is the whole cluster’s'] : []),
    ...(kind === 'Secret' && (data ?? stringData) ? ['it has the values of a Secret in it'] : []),
    ...(isOpen ? [`it opens a port of the nodes, as a ${spec.type}`] : []),
    ...(kind === 'Role' && JSON.stringify(rules).includes('"*"') ? ['it grants everything'] : []),
    ...walk(object).flatMap(({ path, value }) =>
      typeof value === 'string' && KEYS.some((key) => key.test(value)) ? [`${path} looks like a key`] : [],
    ),
  ];
}

function ofPod(spec: Manifest): string[] {
  const volumes: Manifest[] = spec.volumes ?? [];
  return [
    ...(spec.automountServiceAccountToken === false ? [] : ['it is given a token for the API server']),
    ...volumes.flatMap(({ name, projected }) =>
      (projected?.sources ?? []).some((source: Manifest) => source.serviceAccountToken)
        ? [`volume ${name} has a token for the API server in it`]
        : [],
    ),
    ...volumes
      .filter(({ hostPath }) => hostPath)
      .map(({ name }) => `volume ${name} is a directory of the node`),
    ...(spec.serviceAccountName === undefined || spec.serviceAccountName === 'default'
      ? []
      : ['it has an account of its own']),
    ...containersOf({ spec }).flatMap(({ name, env = [] }) =>
      env
        .filter((variable: Manifest) => variable.value !== undefined && SECRET_VARIABLE.test(variable.name))
        .map((variable: Manifest) => `${name} states ${variable.name} in plain sight`),
    ),
  ];
}
