import { type IConstruct } from 'constructs';
import { fail } from '../fail';
import { type ModelAPIProxyProps } from './litellm-proxy-props';
import { type ProxyModel, toModel } from './proxy-model';
import { checkModels } from './proxy-model-checks';
import { checkNames, checkNumbers, checkPlace, COUNTS } from './proxy-prop-checks';

/** Refuses what a proxy cannot be made of, beside what its type does; its process has these variables. */
export function checkProxy(
  scope: IConstruct,
  props: ModelAPIProxyProps<string>,
  variables: readonly string[],
): void {
  const models = props.models.map(toModel);
  const names = models.map(({ name }) => name);
  checkPlace(scope, '', props);
  checkNumbers(scope, '', props);
  checkModels(scope, models, props, variables);
  checkNames(scope, 'defaultFallbacks', props.defaultFallbacks, names);
  checkTogether(scope, props, models);
  props.redis?.problems.forEach(([problem, fix]) => fail(scope, problem, fix));
  props.config
    ?.problems([...new Set(names)], variables)
    .forEach(([problem, fix]) => fail(scope, problem, fix));
}

function checkTogether(
  scope: IConstruct,
  { config, redis, cache, replicas = 1, autoscaling, retries, ...props }: ModelAPIProxyProps<string>,
  models: readonly ProxyModel[],
): void {
  if (retries !== undefined && !(Number.isSafeInteger(retries) && retries >= 0)) {
    fail(scope, `retries is ${retries}`, 'give a whole number, 0 or more');
  }
  if (cache?.ttl.toMilliseconds() === 0)
    fail(scope, 'the ttl of cache is 0', 'give some time, or leave cache out');
  const isLimited = [props, ...models].some(({ rpm, tpm }) => rpm !== undefined || tpm !== undefined);
  if (isLimited && !redis && (replicas > 1 || autoscaling)) {
    const fix = 'give redis, in which the pods count together';
    fail(scope, 'rpm or tpm is given, and each of several pods would count for itself', fix);
  }
  if (config) checkBesideConfig(scope, { retries, cache, ...props }, models);
}

/** With a configuration of its own, what the file says is said there alone. */
function checkBesideConfig(scope: IConstruct, props: object, models: readonly ProxyModel[]): void {
  const said = ['provider', 'retries', 'timeout', 'cache', 'defaultFallbacks', ...COUNTS].filter(
    (property) => (props as Readonly<Record<string, unknown>>)[property] !== undefined,
  );
  const inModels = models.flatMap((model) => Object.keys(model).filter((key) => key !== 'name'));
  for (const property of [...new Set([...said, ...inModels])]) {
    fail(scope, `${property} is given beside config`, 'say it in the config, or leave config out');
  }
}
