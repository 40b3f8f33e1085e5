/**
 * What no backend may see, by what it looks like: manifests are refused with it, and processes and collectors mask it
 * in telemetry. All patterns are in RE2's syntax, which collectors have.
 */

/** What secrets look like, by who gives them out. */
export const SECRET_SHAPES: readonly (readonly [what: string, pattern: string])[] = [
  // The boundary keeps words such as `task-delegation-received` whole.
  ['a key of a model provider', '\\b(sk|pk|rk)-[A-Za-z0-9_-]{16,}'],
  ['a key of a payment provider', '\\b[sr]k_(live|test)_[A-Za-z0-9]{16,}'],
  // A bound of the header, as of the parts of an address below, keeps text that only begins so from taking long.
  ['a JSON Web Token', '\\beyJ[A-Za-z0-9_-]{10,1000}\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]+'],
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

/** An e-mail address is nobody's secret, but somebody's. */
export const EMAIL_SHAPE = '[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}\\.[A-Za-z]{2,}';

/** Attributes by whose names it is known that nobody may see what they hold. */
export const SECRET_KEYS: readonly string[] = [
  '(?i)(authorization|api[_.-]?key|password|passwd|passphrase|secret|cookie|credential|private[_.-]?key)',
  // Not every name with `token` in it: numbers of tokens are what people look for.
  '(?i)(^|[_.-])(access|auth|bearer|id|refresh|session)[_.-]?token$',
];

const SECRET_VARIABLE =
  /(^|_)(API_?KEYS?|KEYS?|TOKENS?|PASSWORD|PASSWD|PASSPHRASE|SECRETS?|CREDENTIALS?|AUTHORIZATION|COOKIE|HEADERS)$|_HEADER_/i;

const PUBLIC_VARIABLE = /PUBLIC_?KEYS?$/i;

/** Whether an environment variable of that name holds a secret: ours all do that are so called, and people's mostly. */
export function isSecretVariable(name: string): boolean {
  return SECRET_VARIABLE.test(name) && !PUBLIC_VARIABLE.test(name);
}

/** The same for Python's `re`, as runtime/python/kaos_mcp/secret-shapes.json holds it. */
export function secretShapesForPython() {
  const inPython = (pattern: string) => pattern.replaceAll('\\z', '\\Z');
  return {
    shapes: SECRET_SHAPES.map(([, pattern]) => inPython(pattern)),
    email: EMAIL_SHAPE,
    keys: SECRET_KEYS.map(inPython),
    secretVariable: `(?i)${SECRET_VARIABLE.source}`,
    publicVariable: `(?i)${PUBLIC_VARIABLE.source}`,
  };
}
