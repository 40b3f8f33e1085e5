import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { UserError } from '../errors';

/** What takes the place of providers that cannot be asked from here. */
export interface DemoProvider {
  /** Base address of an OpenAI-compatible API. */
  readonly url: string;
  /** Base addresses that something of the charts answers at; a model that is asked for there is left alone. */
  readonly running: readonly string[];
}

/**
 * Pure: a LiteLLM configuration with another provider behind each model. All else in it stays as it is.
 *
 * @throws UserError when it is none
 */
export function withDemoProvider(yamlText: string, { url, running }: DemoProvider): string {
  const document = parseDocument(yamlText);
  const models = document.get('model_list');
  if (document.errors.length > 0 || !isSeq(models)) {
    throw new UserError('the configuration of LiteLLM has no model_list; synthesize again');
  }
  for (const entry of models.items) {
    const params = isMap(entry) ? entry.get('litellm_params') : undefined;
    if (isMap(params) && !isServedHere(params, running)) redirect(params, url);
  }
  return document.toString({ lineWidth: 0 });
}

function isServedHere(params: YAMLMap, running: readonly string[]): boolean {
  const base = params.get('api_base');
  if (typeof base !== 'string' || !URL.canParse(base)) return false;
  return running.some((address) => new URL(address).host === new URL(base).host);
}

/** OpenAI's API is what the demo model speaks, whatever the provider would have. */
function redirect(params: YAMLMap, url: string): void {
  const model = params.get('model', true);
  const target = isScalar(model) && typeof model.value === 'string' ? model.value : '';
  params.set('model', `openai/${target.slice(target.indexOf('/') + 1)}`);
  params.set('api_base', `${url}/v1`);
  params.set('api_key', 'sk-demo');
}
