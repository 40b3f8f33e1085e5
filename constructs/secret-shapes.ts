import { toJavaScript } from './telemetry/re2';

/** What secrets look like, by who gives them out: kept out of manifests and masked in telemetry, in RE2's syntax. */
export const SECRET_SHAPES: readonly (readonly [what: string, pattern: string])[] = [
  // The boundary keeps words such as `task-delegation-received` whole.
  ['a key of a model provider', '\\b(sk|pk|rk)-[A-Za-z0-9_-]{16,}'],
  ['a key of a payment provider', '\\b[sr]k_(live|test)_[A-Za-z0-9]{16,}'],
  ['a JSON Web Token', '\\beyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]+'],
  ['a key of AWS', '\\b(AKIA|ASIA)[0-9A-Z]{16}\\b'],
  ['a key of Google', '\\bAIza[0-9A-Za-z_-]{35}'],
  ['a token of GitHub', '\\bgh[pousr]_[A-Za-z0-9]{30,}'],
  ['a token of GitHub', '\\bgithub_pat_[A-Za-z0-9_]{22,}'],
  ['a token of GitLab', '\\bglpat-[A-Za-z0-9_-]{20,}'],
  ['a token of Hugging Face', '\\bhf_[A-Za-z0-9]{30,}'],
  ['a token of Slack', '\\bxox[abeoprs]-[A-Za-z0-9-]{10,}'],
  ['a bearer token', '(?i)\\bbearer\\s+[A-Za-z0-9._~+/=-]{16,}'],
  ['a private key', '(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\\z)'],
  ['a password in a URL', '://[^/\\s:@]*:[^/\\s@]+@'],
];

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
