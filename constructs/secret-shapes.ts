import { SECRET_SHAPES, toJavaScript } from '../runtime/contract';

const EXPRESSIONS = SECRET_SHAPES.map(([what, pattern]) => [what, toJavaScript(pattern)] as const);

/** What a text holds that looks like a secret. */
export function secretShape(text: string): string | undefined {
  return EXPRESSIONS.find(([, expression]) => expression?.test(text))?.[0];
}

/** Names of what holds a secret: of variables, of headers, and of LiteLLM's settings. */
const SECRET_NAME =
  /(password|passwd|passphrase|secret|apikey|(^|[-_.])(key|token|credentials?|authorization|cookie))$|^x-honeycomb-team$/i;
/** Keys that everybody may know. */
const PUBLIC_NAME = /public[-_.]?key$/i;

/** Whether what is called so holds a secret, whatever it looks like. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !PUBLIC_NAME.test(name);
}
