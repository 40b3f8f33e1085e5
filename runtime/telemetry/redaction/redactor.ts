import { EMAIL_SHAPE, type Env, SECRET_KEYS, SECRET_SHAPES, toJavaScript } from '../../contract';
import { SecretValues } from './secret-values';

const MASK = '****';
/** Most texts are the same again and again, and are looked at once. */
const REMEMBERED = 4_096;
const LONGEST_REMEMBERED = 256;
/** How long a file that was replaced may go unnoticed, for what is written at once. */
const LOOK_AFTER_MS = 100;

/**
 * Masks in texts what looks like a secret, and what the process itself keeps secret. One for the whole process, which
 * all goes through that leaves it as telemetry or on stdout.
 */
export class Redactor {
  private readonly secrets: SecretValues;
  private version = -1;
  private own: RegExp | undefined;
  private readonly cleanTexts = new Set<string>();
  private readonly keys = new Map<string, boolean>();
  private lookedAt = performance.now();

  constructor(env: Env) {
    this.secrets = new SecretValues(env);
    this.takeOver();
  }

  /** Takes note of files that were replaced. */
  refresh(): void {
    this.lookedAt = performance.now();
    this.secrets.refresh();
    if (this.version !== this.secrets.version) this.takeOver();
  }

  text(text: string): string {
    if (this.cleanTexts.has(text)) return text;
    const masked = this.masked(text);
    if (masked === text && text.length <= LONGEST_REMEMBERED) this.remember(text);
    return masked;
  }

  /** Whatever came out of JSON, or goes on a span; the value itself when there is nothing to mask. */
  value<T>(value: T): T {
    if (typeof value === 'string') return this.text(value) as T;
    if (typeof value !== 'object' || value === null) return value;
    return (Array.isArray(value) ? this.list(value) : this.fields(value)) as T;
  }

  /** A list or, by their names, fields; the object itself when there is nothing to mask. */
  fields<T extends object>(fields: T): T {
    let masked: Record<string, unknown> | undefined;
    for (const name of Object.keys(fields)) {
      const value = (fields as Record<string, unknown>)[name];
      const safe: unknown = this.isSecretKey(name) && value != null ? MASK : this.value(value);
      if (safe === value) continue;
      masked ??= {};
      masked[name] = safe;
    }
    return masked ? { ...fields, ...masked } : fields;
  }

  /** A line of JSON: its structure stays, whatever is masked in it. */
  line(line: string): string {
    if (performance.now() - this.lookedAt > LOOK_AFTER_MS) this.refresh();
    if (this.own?.test(line) !== true && !mayHoldSecret(line)) return line;
    const fields = JSON.parse(line) as object;
    const masked = this.fields(fields);
    return masked === fields ? line : `${JSON.stringify(masked)}\n`;
  }

  private list(items: readonly unknown[]): readonly unknown[] {
    const masked = items.map((item) => this.value(item));
    return masked.some((item, index) => item !== items[index]) ? masked : items;
  }

  private masked(text: string): string {
    // A text that was searched in vain is left as it is, which is most of them.
    let masked = this.own?.test(text) ? text.replace(new RegExp(this.own, 'g'), MASK) : text;
    for (const shape of SHAPES) if (holds(masked, shape)) masked = masked.replace(shape.replace, MASK);
    return masked;
  }

  private isSecretKey(name: string): boolean {
    const known = this.keys.get(name);
    if (known !== undefined) return known;
    const isSecret = KEYS.test(name);
    if (this.keys.size >= REMEMBERED) this.keys.clear();
    this.keys.set(name, isSecret);
    return isSecret;
  }

  private remember(text: string): void {
    if (this.cleanTexts.size >= REMEMBERED) this.cleanTexts.clear();
    this.cleanTexts.add(text);
  }

  private takeOver(): void {
    this.version = this.secrets.version;
    const alternatives = this.secrets.all.map((value) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
    this.own = alternatives.length > 0 ? new RegExp(alternatives.join('|')) : undefined;
    this.cleanTexts.clear();
  }
}

interface Shape {
  /** Without it in a text there is no need to search. */
  readonly hint: string;
  readonly test: RegExp;
  readonly replace: RegExp;
}

/** Patterns in one expression for all that agree in hint and flags: a text is gone through once for each. */
function shapesOf(patterns: readonly RegExp[]): Shape[] {
  const groups = new Map<string, { hint: string; flags: string; sources: string[] }>();
  for (const { flags, source } of patterns) {
    const hint = ['@', '-----BEGIN'].find((part) => source.includes(part)) ?? '';
    const group = groups.get(hint + flags) ?? { hint, flags, sources: [] };
    group.sources.push(`(?:${source})`);
    groups.set(hint + flags, group);
  }
  return [...groups.values()].map(({ hint, flags, sources }) => {
    const source = sources.join('|');
    return { hint, test: new RegExp(source, flags), replace: new RegExp(source, `g${flags}`) };
  });
}

function holds(text: string, { hint, test }: Shape): boolean {
  return text.includes(hint) && test.test(text);
}

function compiled(patterns: readonly string[]): RegExp[] {
  return patterns.map(toJavaScript).filter((pattern) => pattern !== undefined);
}

/** From where the one before could have begun none begins: else a long word would be gone through for each letter. */
const EMAIL = `(?<![A-Za-z0-9._%+-])${EMAIL_SHAPE}`;
const SHAPES = shapesOf(compiled([...SECRET_SHAPES.map(([, pattern]) => pattern), EMAIL]));
const KEYS = new RegExp(
  compiled(SECRET_KEYS)
    .map(({ source }) => `(?:${source})`)
    .join('|'),
  'i',
);
/** A name anywhere in a line: what it is the name of shows when the line is read. */
const KEY_WORDS = new RegExp(KEYS.source.replaceAll('$', '"').replaceAll('^', '"'), 'i');

function mayHoldSecret(line: string): boolean {
  if (KEY_WORDS.test(line)) return true;
  // A line break is a letter there, and no boundary of a word.
  const text = line.includes('\\') ? line.replace(/\\(?:u[0-9a-f]{4}|.)/g, ' ') : line;
  return SHAPES.some((shape) => holds(text, shape));
}
