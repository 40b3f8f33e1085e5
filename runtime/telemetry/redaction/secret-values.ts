import { readFileSync, statSync } from 'node:fs';
import { type Env, isSecretVariable, secretFileVariable } from '../../contract';

/** Shorter texts are words of everybody's, and to mask each of them would leave nothing to read. */
const SHORTEST = 8;
/** A file that is larger holds no key. */
const LARGEST_FILE = 64 * 1024;
/** What a file held before it was replaced is a secret still, and may be under way. */
const REMEMBERED = 4;

interface SecretFile {
  readonly variable: string;
  readonly path: string;
  /** By which a change of it shows. */
  state: string;
  /** What it holds and held, the latest first. */
  texts: readonly string[];
}

/**
 * The secrets of this process itself, as its environment holds them or files that are named there, which may be
 * replaced while it runs.
 */
export class SecretValues {
  private readonly files: SecretFile[];
  private readonly fromEnv: readonly string[];
  /** Counts the changes. */
  version = 0;

  constructor(env: Env) {
    this.fromEnv = Object.entries(env).flatMap(([name, value]) => valuesIn(name, value ?? ''));
    this.files = Object.entries(env).flatMap(([name, path]) => fileOf(name, path));
    this.refresh();
  }

  /** Each form in which one may stand in a text, the longest first. */
  get all(): readonly string[] {
    const fromFiles = this.files.flatMap(({ variable, texts }) =>
      texts.flatMap((text) => valuesIn(variable, text)),
    );
    const forms = new Set([...this.fromEnv, ...fromFiles].flatMap(formsOf));
    return [...forms].sort((a, b) => b.length - a.length);
  }

  /** Looks whether files were replaced. */
  refresh(): void {
    for (const file of this.files) {
      const state = stateOf(file.path);
      if (state === file.state) continue;
      file.state = state;
      const text = textOf(file.path);
      if (text === '' || file.texts.includes(text)) continue;
      file.texts = [text, ...file.texts].slice(0, REMEMBERED);
      this.version += 1;
    }
  }
}

function fileOf(name: string, path: string | undefined): SecretFile[] {
  const variable = name.slice(0, -secretFileVariable('').length);
  if (!path || name !== secretFileVariable(variable) || !isSecretVariable(variable)) return [];
  return [{ variable, path, state: '', texts: [] }];
}

/** The secrets in what a variable of that name holds. */
function valuesIn(name: string, text: string): string[] {
  const inUrl = /^[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:([^/\s@]+)@/i.exec(text)?.[1];
  if (inUrl !== undefined) return longEnough([inUrl, decoded(inUrl)]);
  if (!isSecretVariable(name)) return [];
  // Names of headers alone are no secret.
  if (/HEADERS$/i.test(name)) return longEnough(headerValues(text).flatMap(withoutScheme));
  const parts = /KEYS?$/i.test(name) ? text.split(/[,\s]+/) : [];
  return longEnough([text.trim(), ...parts, ...withoutScheme(text.trim())]);
}

/** Of `name=value,name=value`, as OpenTelemetry has headers. */
function headerValues(text: string): string[] {
  const pairs = text.split(',').filter((pair) => pair.includes('='));
  const values = pairs.map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
  return values.flatMap((value) => [value, decoded(value)]);
}

/** `Bearer abc` is shown without its first word elsewhere. */
function withoutScheme(value: string): string[] {
  return [value, /^(?:bearer|basic|token)\s+(\S+)$/i.exec(value)?.[1] ?? ''];
}

function longEnough(values: readonly string[]): string[] {
  return values.filter((value) => value.length >= SHORTEST);
}

/** In JSON, in JSON within JSON, and in URLs a text may look different. */
function formsOf(value: string): string[] {
  const quoted = inJson(value);
  return [value, quoted, inJson(quoted), encodeURIComponent(value)];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A file that cannot be read is for those to tell who need it. */
function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.ino} ${stats.size} ${stats.mtimeMs}` : 'gone';
}

function textOf(path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    return text.length > LARGEST_FILE ? '' : text.trim();
  } catch {
    return '';
  }
}
