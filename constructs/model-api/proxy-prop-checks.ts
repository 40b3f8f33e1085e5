import { type Duration } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { fail } from '../fail';
import { isModelPattern, servesModel } from './model-name';
import { type ProxyModel } from './proxy-model';
import { checkCounts } from '../numbers';

/** LiteLLM's names of providers. */
const PROVIDER = /^[-\w.]+$/;

/** Refuses names that the proxy does not serve: types let through what is known only at run time. */
export function checkNames(
  scope: IConstruct,
  property: string,
  given: readonly string[] = [],
  names: readonly string[],
): void {
  for (const name of given) {
    if (isModelPattern(name)) fail(scope, `${property} has the pattern "${name}"`, 'name one model');
    else if (!servesModel(names, name)) {
      fail(
        scope,
        `${property} has "${name}", which is not among the models`,
        `give one of ${[...new Set(names)].join(', ')}`,
      );
    }
  }
}

/** Refuses a provider or an address that cannot be one. */
export function checkPlace(
  scope: IConstruct,
  of: string,
  { provider, apiBase }: Pick<ProxyModel, 'provider' | 'apiBase'>,
): void {
  if (provider !== undefined && !PROVIDER.test(provider)) {
    fail(scope, `provider${of} is "${provider}"`, "give LiteLLM's name of it, such as openai");
  }
  if (typeof apiBase === 'object' && provider !== undefined) {
    fail(
      scope,
      `provider${of} is "${provider}" beside another gateway`,
      'leave it out: the gateway speaks for itself',
    );
  }
  if (typeof apiBase === 'string' && !(URL.canParse(apiBase) && /^https?:/.test(apiBase))) {
    fail(scope, `apiBase${of} is "${apiBase}"`, 'give an http or https URL');
  }
}

/** Limits that a proxy and each of its models can have. */
export const COUNTS = ['rpm', 'tpm', 'maxParallelRequests'] as const;

/** Refuses limits and times that mean nothing. */
export function checkNumbers(
  scope: IConstruct,
  of: string,
  numbers: Partial<Record<(typeof COUNTS)[number], number>> & {
    timeout?: Duration;
    streamTimeout?: Duration;
  },
): void {
  const { rpm, tpm, maxParallelRequests } = numbers;
  checkCounts(scope, { rpm, tpm, maxParallelRequests }, of);
  for (const property of ['timeout', 'streamTimeout'] as const) {
    if (numbers[property]?.toMilliseconds() === 0) fail(scope, `${property}${of} is 0`, 'give some time');
  }
}
