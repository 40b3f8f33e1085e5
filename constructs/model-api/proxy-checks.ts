import { type Duration } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { fail } from '../fail';
import { type ModelAPIProxyProps } from './litellm-proxy-props';
import { isModelPattern, servesModel } from '../model-name';
import { type ProxyModel, type ResolvedModel, resolveModels, toModel } from './proxy-model';

/** LiteLLM's names of providers. */
const PROVIDER = /^[-\w.]+$/;

/** Refuses what a proxy cannot be made of, beside what its type does. */
export function checkProxy(scope: IConstruct, props: ModelAPIProxyProps<string>): void {
  const models = props.models.map(toModel);
  const names = models.map(({ name }) => name);
  if (names.length === 0) fail(scope, 'models is empty', 'name at least one, or "*" for all');
  if (names.some((name) => name.trim() === '')) fail(scope, 'models has an empty name', 'leave it out');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail(scope, `models has "${twice}" twice`, 'name it once');

  checkPlace(scope, '', props);
  checkNumbers(scope, '', props);
  models.forEach((model) => checkModel(scope, model, names));
  resolveModels(models, props).forEach((model) => checkGateway(scope, model));
  checkNames(scope, 'defaultFallbacks', props.defaultFallbacks, names);
  checkTogether(scope, props, models);
  props.redis?.problems.forEach(([problem, fix]) => fail(scope, problem, fix));
}

function checkModel(scope: IConstruct, model: ProxyModel, names: readonly string[]): void {
  const of = ` of model "${model.name}"`;
  checkPlace(scope, of, model);
  checkNumbers(scope, of, model);
  if (model.model?.trim() === '')
    fail(scope, `the model${of} is empty`, 'leave it out, or name it as the provider does');
  for (const property of ['fallbacks', 'contextWindowFallbacks'] as const) {
    const others = model[property];
    if (others && isModelPattern(model.name)) {
      const fix = 'LiteLLM knows them for one model alone; name it, or give defaultFallbacks';
      fail(scope, `${property}${of} are those of a pattern`, fix);
    }
    if (others?.includes(model.name))
      fail(scope, `${property}${of} has the model itself`, 'leave it out there');
    checkNames(scope, `${property}${of}`, others, names);
  }
}

/** What another gateway is asked for must be there. */
function checkGateway(scope: IConstruct, { gateway, target }: ResolvedModel): void {
  const model = target.replace(/^openai\//, '');
  if (!gateway || isModelPattern(model) || servesModel(gateway.models, model)) return;
  const fix = `give model as one of ${gateway.models.join(', ')}`;
  fail(scope, `model "${model}" is not served by ${gateway.node.path}`, fix);
}

/** Types let through what is known only at run time. */
function checkNames(
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
        `give one of ${names.join(', ')}`,
      );
    }
  }
}

function checkPlace(
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

const COUNTS = ['rpm', 'tpm', 'maxParallelRequests'] as const;

function checkNumbers(
  scope: IConstruct,
  of: string,
  numbers: Partial<Record<(typeof COUNTS)[number], number>> & {
    timeout?: Duration;
    streamTimeout?: Duration;
  },
): void {
  for (const property of COUNTS) {
    const count = numbers[property];
    if (count === undefined || (Number.isSafeInteger(count) && count >= 1)) continue;
    fail(scope, `${property}${of} is ${count}`, 'give a whole number, 1 or more');
  }
  for (const property of ['timeout', 'streamTimeout'] as const) {
    if (numbers[property]?.toMilliseconds() === 0) fail(scope, `${property}${of} is 0`, 'give some time');
  }
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
