import { EnvValue } from 'cdk8s-plus-28';
import { type IConstruct } from 'constructs';
import { isDnsSubdomain, SUBDOMAIN_FIX } from '../dns-names';
import { fail } from '../fail';
import { greatestCount } from './pod-placement';
import { graceSeconds } from './pod-template';
import { checkResources } from './pod-resources';
import { checkVolumes } from './pod-volumes';
import { refuseSecretNames } from '../refuse-secrets';
import { secretsOfPod } from './pod-template';
import { secretsElsewhere } from '../secrets-elsewhere';
import { undecodable } from '../telemetry/telemetry-env';
import { checkRouting } from './routing-variables';
import { checkVariableNames } from './variable-names';
import { type Workload, type WorkloadProps } from './workload';
import { type WorkloadOptions } from './options';
import { checkCounts } from '../numbers';
import { checkSeconds, secondsOf } from '../durations';
import { LOG_LEVELS } from '../../runtime/contract';

/** Key of a label or annotation: a name of at most 63 characters with an optional domain in front. */
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;
/** What tolerations can be about. */
const OPERATORS = ['Equal', 'Exists'];
const EFFECTS = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];
/** Annotations that this library writes itself. */
const OWN_ANNOTATIONS = ['checksum/config'];

/** Refuses what a user said of a workload and cannot be done; nothing of it is dropped. */
export function checkOptions(workload: Workload, props: WorkloadProps): void {
  const { owner } = workload;
  const { options } = props;
  checkCount(owner, props, options);
  checkTypes(owner, options);
  checkTexts(owner, options);
  checkRouting(owner, props);
  checkAttributes(owner, props);
  checkAccount(owner, props);
  checkMetadata(owner, workload, options);
  checkTermination(owner, props);
  checkResources(owner, props.resources, options.resources);
  checkVolumes(owner, props, options);
  owner.node.addValidation({ validate: () => secretsElsewhere(owner, secretsOfPod(props)) });
}

function checkCount(owner: IConstruct, { persistence }: WorkloadProps, options: WorkloadOptions): void {
  const { replicas = 1, autoscaling } = options;
  if (options.replicas !== undefined && autoscaling) {
    fail(owner, `replicas is ${replicas} beside autoscaling`, 'give one of the two');
  }
  checkCounts(owner, { replicas });
  if (persistence?.claimName !== undefined && greatestCount(options) > 1) {
    fail(
      owner,
      `${greatestCount(options)} replicas share a claim that one pod can mount`,
      'leave it at 1, or store without a claim',
    );
  }
}

function checkTexts(
  owner: IConstruct,
  { command, args, env = {}, serviceAccountName, priorityClassName, runtimeClassName }: WorkloadOptions,
): void {
  if (command?.length === 0) fail(owner, 'command is empty', 'leave it out to run ours');
  if (args?.length === 0) fail(owner, 'args is empty', 'leave it out to run ours');
  checkVariableNames(owner, 'env', Object.keys(env));
  refuseSecretNames(owner, 'env', env, 'put it in a Secret, and give EnvValue.fromSecretValue(…)');
  for (const [property, name] of Object.entries({
    serviceAccountName,
    priorityClassName,
    runtimeClassName,
  })) {
    if (name !== undefined && !isDnsSubdomain(name)) fail(owner, `${property} is "${name}"`, SUBDOMAIN_FIX);
  }
}

/** What types refuse too, for those whose options come from a file. */
function checkTypes(owner: IConstruct, { env = {}, logLevel, tolerations = [] }: WorkloadOptions): void {
  for (const [name, value] of Object.entries<unknown>(env)) {
    if (typeof value !== 'string' && !(value instanceof EnvValue))
      fail(owner, `env.${name} is of type ${typeof value}`, 'give a text or an EnvValue');
  }
  if (logLevel !== undefined && !LOG_LEVELS.includes(logLevel))
    fail(owner, `logLevel is "${logLevel as string}"`, `give one of ${LOG_LEVELS.join(', ')}`);
  for (const { operator, effect } of tolerations) {
    if (operator !== undefined && !OPERATORS.includes(operator))
      fail(owner, `the operator of a toleration is "${operator}"`, `give one of ${OPERATORS.join(', ')}`);
    if (effect !== undefined && !EFFECTS.includes(effect))
      fail(owner, `the effect of a toleration is "${effect}"`, `give one of ${EFFECTS.join(', ')}`);
  }
}

function checkMetadata(owner: IConstruct, { labels }: Workload, options: WorkloadOptions): void {
  const { podLabels = {}, podAnnotations = {}, nodeSelector = {} } = options;
  for (const [key, value] of [...Object.entries(podLabels), ...Object.entries(nodeSelector)]) {
    if (!LABEL_KEY.test(key))
      fail(owner, `a label is called "${key}"`, 'use letters, digits, "-", "_" and ".", at most 63');
    if (!LABEL_VALUE.test(value)) {
      fail(owner, `label "${key}" is "${value}"`, 'use letters, digits, "-", "_" and ".", at most 63');
    }
  }
  for (const key of Object.keys(podLabels).filter((name) => name in labels)) {
    fail(owner, `podLabels sets "${key}", which is ours`, 'give it another name');
  }
  for (const key of Object.keys(podAnnotations)) {
    if (OWN_ANNOTATIONS.includes(key))
      fail(owner, `podAnnotations sets "${key}", which is ours`, 'give it another name');
    else if (!LABEL_KEY.test(key))
      fail(owner, `an annotation is called "${key}"`, 'use letters, digits, "-", "_" and "."');
  }
}

/** A pod runs as one account. */
function checkAccount(
  owner: IConstruct,
  { apiAccount, options: { serviceAccountName } }: WorkloadProps,
): void {
  if (apiAccount === undefined || serviceAccountName === undefined) return;
  fail(
    owner,
    `serviceAccountName is "${serviceAccountName}"`,
    'leave it out, what asks the Kubernetes API has an account of its own',
  );
}

/** Whoever is killed before it is done loses requests and telemetry. */
function checkTermination(owner: IConstruct, props: WorkloadProps): void {
  const { terminationGracePeriod } = props.options;
  const needed = graceSeconds(props);
  checkSeconds(owner, { terminationGracePeriod }, 0);
  const seconds = terminationGracePeriod && secondsOf(terminationGracePeriod);
  if (seconds === undefined || seconds >= needed) return;
  fail(
    owner,
    `terminationGracePeriod is ${seconds} s`,
    `give ${needed} s or more, which the process may need`,
  );
}

/** Whoever reads the attributes decodes them, and drops all where that fails. */
function checkAttributes(owner: IConstruct, { options: { env = {} } }: WorkloadProps): void {
  const { OTEL_RESOURCE_ATTRIBUTES: attributes } = env;
  const wrong = typeof attributes === 'string' ? attributes.split(',').find(undecodable) : undefined;
  if (wrong === undefined) return;
  fail(
    owner,
    `env sets OTEL_RESOURCE_ATTRIBUTES with "${wrong}", in which a percent sign begins no character`,
    'write %25 for a percent sign',
  );
}
