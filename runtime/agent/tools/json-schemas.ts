import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019';
import { Ajv2020 } from 'ajv/dist/2020';
import { type Logger } from 'pino';
import { BoundedPatterns } from './bounded-pattern';

/** Of different texts; schemas come from tool servers and clients, who may make up new ones for ever. */
const MAX_KEPT = 256;
/** A longer one takes its time to compile, and nothing else of the process runs meanwhile. */
const MAX_CHARACTERS = 64 * 1024;
/** Whoever must mend a value is helped by the first problems, not by all of them. */
const MAX_PROBLEMS = 5;

type Schema = Readonly<Record<string, unknown>>;
/** Undefined where a schema cannot be compiled. */
type Check = ValidateFunction | undefined;

/**
 * Checks values by JSON Schemas of other people's. Each is compiled once; by one that cannot be compiled everything
 * is right, because a tool is worth more than its schema.
 */
export class JsonSchemas {
  /** As long as a listing lives, its schemas are the same objects … */
  private readonly byObject = new WeakMap<Schema, { readonly check: Check }>();
  /** … and the next one mostly says the same. */
  private readonly byText = new Map<string, Check>();

  constructor(private readonly log: Pick<Logger, 'warn'>) {}

  /** What is wrong with a value: where, and what is expected there. */
  problemsOf(value: unknown, schema: Schema): string[] {
    const check = this.checkFor(schema);
    if (!check || check(value)) return [];
    const problems = new Set((check.errors ?? []).map(problemIn));
    return [...problems].slice(0, MAX_PROBLEMS);
  }

  private checkFor(schema: Schema): Check {
    const known = this.byObject.get(schema);
    if (known) return known.check;
    const text = JSON.stringify(schema);
    const check = this.byText.has(text) ? this.byText.get(text) : this.compile(schema, text.length);
    // What was needed last is forgotten last.
    this.byText.delete(text);
    this.byText.set(text, check);
    for (const [oldest] of this.byText) if (this.byText.size > MAX_KEPT) this.byText.delete(oldest);
    this.byObject.set(schema, { check });
    return check;
  }

  private compile(schema: Schema, size: number): Check {
    let reason: unknown = size > MAX_CHARACTERS ? new Error(`it has ${size} characters`) : undefined;
    const patterns = new BoundedPatterns(() =>
      this.log.warn('a pattern of a JSON schema takes too long; those of that schema are no longer checked'),
    );
    // The compiler asks for the code too, for those who write its functions down.
    const regExp = Object.assign(patterns.compile.bind(patterns), { code: 'patterns' });
    for (const Dialect of reason ? [] : dialectsOf(schema)) {
      try {
        // Each in a compiler of its own: one would keep all that it ever compiled, and mix their ids up.
        const check = new Dialect({ ...OPTIONS, code: { regExp } }).compile(schema);
        // That one would answer with a promise.
        if (!('$async' in check)) return check;
      } catch (error) {
        reason ??= error;
      }
    }
    this.log.warn({ err: reason }, 'a JSON schema cannot be compiled; values are not checked by it');
    return undefined;
  }
}

const OPTIONS: Options = {
  strict: false,
  // A schema that breaks the rules of its dialect can be of use all the same.
  validateSchema: false,
  validateFormats: false,
  allErrors: true,
  logger: false,
};

/** MCP's own dialect is 2020-12; without a word, a schema may as well be older. */
function dialectsOf({ $schema }: Schema): (new (options: Options) => Pick<Ajv, 'compile'>)[] {
  const dialect = String($schema);
  if (/draft-0\d/.test(dialect)) return [Ajv];
  if (dialect.includes('2019-09')) return [Ajv2019];
  return [Ajv2020, Ajv];
}

function problemIn({ instancePath, keyword, message, params }: ErrorObject): string {
  const path = instancePath.split('/').slice(1).map(unescaped).reduce(joined, '') || '(the whole)';
  return `${path}: ${expectation(keyword, params) ?? message ?? 'is not as expected'}`;
}

function expectation(keyword: string, params: Readonly<Record<string, unknown>>): string | undefined {
  switch (keyword) {
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`;
    case 'additionalProperties':
      return `must not have the property "${String(params.additionalProperty)}"`;
    case 'unevaluatedProperties':
      return `must not have the property "${String(params.unevaluatedProperty)}"`;
    case 'required':
      return `must have the property "${String(params.missingProperty)}"`;
    default:
      return undefined;
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc6901 */
function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}

function joined(path: string, key: string): string {
  if (/^\d+$/.test(key)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}
