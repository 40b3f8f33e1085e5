import { type IConstruct } from 'constructs';
import { fail } from '../fail';
import { isModelPattern, servesModel } from './model-name';
import { referenced } from './litellm-config';
import { isLiteralSecret, LITERAL_SECRET_FIX } from './literal-secrets';
import { checkNames, checkNumbers, checkPlace } from './proxy-prop-checks';
import { type ModelDefaults, type ProxyModel, type ResolvedModel, resolveModels } from './proxy-model';

/** Refuses models that a proxy cannot serve, whose process has these variables. */
export function checkModels(
  scope: IConstruct,
  models: readonly ProxyModel[],
  defaults: ModelDefaults,
  variables: readonly string[],
): void {
  const names = models.map(({ name }) => name);
  const resolved = resolveModels(models, defaults);
  if (names.length === 0) fail(scope, 'models is empty', 'name at least one, or "*" for all');
  if (names.some((name) => name.trim() === '')) fail(scope, 'models has an empty name', 'leave it out');
  checkTwice(scope, resolved);
  models.forEach((model) => checkModel(scope, model, names, variables));
  resolved.forEach((model) => checkGateway(scope, model));
}

/** A name may come from several places, but not from the same one twice. */
function checkTwice(scope: IConstruct, models: readonly ResolvedModel[]): void {
  const place = ({ name, target, apiBase, apiKey, params }: ResolvedModel) =>
    JSON.stringify([name, target, apiBase, apiKey?.secret.name, apiKey?.key, params]);
  models.forEach((model, index) => {
    const before = models.slice(0, index);
    if (before.some((other) => place(other) === place(model))) {
      fail(
        scope,
        `models has "${model.name}" twice`,
        'name it once, or give it another provider, address or key',
      );
    }
    for (const property of ['fallbacks', 'contextWindowFallbacks'] as const) {
      if (!model[property] || !before.some((other) => other.name === model.name && other[property])) continue;
      fail(
        scope,
        `${property} of model "${model.name}" are given twice`,
        'give them once: they are those of the name',
      );
    }
  });
}

/** Parameters that have a property of their own. */
const OWN_PARAMS = [
  'model',
  'api_base',
  'base_url',
  'api_key',
  'rpm',
  'tpm',
  'max_parallel_requests',
  'timeout',
  'stream_timeout',
];

function checkParams(
  scope: IConstruct,
  { name, params = {}, info = {} }: ProxyModel,
  variables: readonly string[],
): void {
  for (const [key, value] of [...Object.entries(params), ...Object.entries(info)]) {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      fail(scope, `${key} of model "${name}" is ${value}`, 'give a number that has an end');
    }
  }
  for (const [param, value] of Object.entries(params)) {
    const variable = referenced(value);
    if (OWN_PARAMS.includes(param)) {
      fail(scope, `params of model "${name}" has ${param}`, 'give it by the property for it');
    }
    if (isLiteralSecret(param, value)) {
      fail(scope, `params of model "${name}" holds a key at ${param}`, LITERAL_SECRET_FIX);
    }
    if (variable !== undefined && !variables.includes(variable)) {
      fail(
        scope,
        `params of model "${name}" takes ${param} from ${variable}, which is not set`,
        'set it in env',
      );
    }
  }
}

function checkModel(
  scope: IConstruct,
  model: ProxyModel,
  names: readonly string[],
  variables: readonly string[],
): void {
  const of = ` of model "${model.name}"`;
  checkPlace(scope, of, model);
  checkNumbers(scope, of, model);
  checkParams(scope, model, variables);
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
