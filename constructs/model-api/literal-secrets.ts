import { referenced } from './litellm-config';
import { isSecretName } from '../secret-shapes';

/** What to do with a secret that stands in a configuration. */
export const LITERAL_SECRET_FIX = 'put it in a Secret, give it to env, and write os.environ/<variable> there';

/** Whether a setting of LiteLLM's holds a secret itself, not the name of the variable that does. */
export function isLiteralSecret(name: string, value: unknown): boolean {
  return typeof value === 'string' && isSecretName(name) && referenced(value) === undefined;
}
