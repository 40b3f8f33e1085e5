/** What the contract reads with. It knows kinds of values; which variables there are is the contract's to say. */

/** Environment of a process. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Wrong configuration; the message has one line for each variable that is wrong. */
export class ConfigError extends Error {
  readonly code = 'config_invalid';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

/** @throws ConfigError with every problem that the reader met */
export function readAll<T>(env: Env, build: (read: EnvReader) => T): T {
  const reader = new EnvReader(env);
  const config = build(reader);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}

/**
 * What each of them reads, so that whatever is wrong with any is said at once.
 *
 * @throws ConfigError with the problems of all
 */
export function readEach<T extends readonly unknown[]>(...reads: { readonly [K in keyof T]: () => T[K] }): T {
  const problems: string[] = [];
  const values = reads.map((read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return values as unknown as T; // without problems, all are there
}

/** Timers of Node end at once when they are given more. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Reads variables and remembers what is wrong with them, so that all of it is said at once. */
export class EnvReader {
  readonly problems: string[] = [];

  constructor(private readonly env: Env) {}

  text(variable: string): string | undefined {
    const value = this.env[variable];
    return value === undefined || value === '' ? undefined : value;
  }

  required(variable: string): string {
    const value = this.text(variable);
    if (value === undefined) this.problems.push(`${variable} is not set; it is required`);
    return value ?? '';
  }

  /** A Secret made from a file often ends with a line break, which no header may hold. */
  secret(variable: string): string | undefined {
    return this.text(variable)?.trim();
  }

  /** Set to nothing is a mistake here: a Secret that came out empty must not open what it was to close. */
  secrets(variable: string): string[] {
    const text = this.env[variable];
    const values = secretsIn(text ?? '');
    if (text !== undefined && values.length === 0)
      this.problems.push(`${variable} holds no key; give at least one, or leave it out`);
    return values;
  }

  list(variable: string): string[] {
    const bare = this.env[variable]?.trim().replace(/^\[(.*)\]$/s, '$1') ?? '';
    return bare
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  /** Undefined where nobody says anything; said to be nothing, it is an empty list. */
  listIfSet(variable: string): string[] | undefined {
    return this.env[variable] === undefined ? undefined : this.list(variable);
  }

  paths(variable: string): string[] {
    this.required(variable);
    const paths = this.list(variable);
    if (this.text(variable) !== undefined && paths.length === 0)
      this.problems.push(`${variable} is "${this.text(variable)}"; give at least one path`);
    return paths;
  }

  flag(variable: string): boolean | undefined {
    const word = this.text(variable)?.toLowerCase();
    if (word === undefined) return undefined;
    const isFlag = ['true', '1', 'yes', 'false', '0', 'no'].includes(word);
    if (!isFlag) this.problems.push(`${variable} is "${word}"; give true or false`);
    return ['true', '1', 'yes'].includes(word);
  }

  oneOf<T extends string>(variable: string, words: readonly T[]): T | undefined {
    const text = this.text(variable);
    if (text === undefined) return undefined;
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) this.problems.push(`${variable} is "${text}"; give one of ${words.join(', ')}`);
    return word;
  }

  count(variable: string): number | undefined {
    return this.wholeNumber(variable, 1, Number.MAX_SAFE_INTEGER, 'a whole number, 1 or more');
  }

  countUpTo(variable: string, max: number): number | undefined {
    return this.wholeNumber(variable, 1, max, `a whole number from 1 to ${max}`);
  }

  countFromZero(variable: string): number | undefined {
    return this.wholeNumber(variable, 0, Number.MAX_SAFE_INTEGER, 'a whole number, 0 or more');
  }

  timeoutMs(variable: string): number | undefined {
    return this.wholeNumber(variable, 1, MAX_TIMEOUT_MS, 'milliseconds from 1 to 2147483647');
  }

  port(variable: string): number | undefined {
    return this.wholeNumber(variable, 1, 65_535, 'a port from 1 to 65535');
  }

  url(variable: string, value: string): string {
    const isUrl = URL.canParse(value) && /^https?:/.test(value);
    if (value !== '' && !isUrl) this.problems.push(`${variable} is "${value}"; give an http or https URL`);
    return value.replace(/\/+$/, '');
  }

  /** A page's origin is compared as it stands, so it must stand as browsers write it. */
  origins(variable: string): string[] {
    const origins = this.list(variable);
    for (const origin of origins) {
      const isOrigin = URL.canParse(origin) && new URL(origin).origin === origin;
      if (!isOrigin)
        this.problems.push(`${variable} has "${origin}"; give origins such as https://chat.example.com`);
    }
    return origins;
  }

  /** Names alone: whoever calls a server says its port too, and it differs along the way. */
  hosts(variable: string): string[] | undefined {
    if (this.env[variable] === undefined) return undefined;
    const hosts = this.list(variable).map((host) => host.toLowerCase());
    for (const host of hosts) {
      if (!/^(\*\.)?[a-z0-9]([-_.a-z0-9]*[a-z0-9])?$/.test(host))
        this.problems.push(`${variable} has "${host}"; give names such as tools.example.com, without a port`);
    }
    return hosts;
  }

  private wholeNumber(variable: string, min: number, max: number, allowed: string): number | undefined {
    const text = this.text(variable);
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : -1;
    if (value < min || value > max) this.problems.push(`${variable} is "${text}"; give ${allowed}`);
    return value;
  }
}

/** Several secrets in one text, as it stands in a variable or a file: apart by commas or line breaks. */
export function secretsIn(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
}
