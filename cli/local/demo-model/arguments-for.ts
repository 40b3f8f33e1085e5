import { asSchema, resolved, typeOf, type Schema } from './schema';

/**
 * Arguments that fit a tool's JSON schema, made from what the user wrote: strings are the text, numbers are the
 * numbers in it, one after the other. The same schema and text always give the same arguments.
 */
export function argumentsFor(schema: unknown, text: string): unknown {
  const root = asSchema(schema);
  const made = valueFor(root, { root, text, numbers: numbersIn(text), expanding: [] });
  return typeof made === 'object' && made !== null ? made : {};
}

/** Numbers in a text, in order; those within words (`gpt-4o`, `v2`) are not meant as numbers. */
export function numbersIn(text: string): number[] {
  const matches = text.matchAll(/(?<![\p{L}\d_]|[\p{L}_]-|\d\.)-?\d+(?:,\d{3})*(?:\.\d+)?(?![\p{L}\d_])/gu);
  return [...matches].map(([digits]) => Number(digits.replaceAll(',', '')));
}

interface Making {
  readonly root: Schema;
  readonly text: string;
  /** Taken from the front as numbers are needed. */
  readonly numbers: number[];
  /** References on the way to here: a schema that contains itself is entered once. */
  readonly expanding: readonly string[];
}

function valueFor(stated: Schema, outer: Making): unknown {
  const { schema, expanding } = resolved(stated, outer.root, outer.expanding);
  const making = { ...outer, expanding };
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ('const' in schema) return schema.const;
  if ('default' in schema) return schema.default;
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) {
    const [first, ...rest] = choices.map(asSchema);
    return valueFor([first, ...rest].find((choice) => choice?.type !== 'null') ?? {}, making);
  }
  switch (typeOf(schema)) {
    case 'string':
      return textFor(schema, making.text);
    case 'number':
    case 'integer':
      return numberFor(schema, making);
    case 'boolean':
      return true;
    case 'array':
      return arrayFor(schema, making);
    case 'object':
      return objectFor(schema, making);
    case 'null':
      return null;
    default:
      return making.text;
  }
}

function objectFor(schema: Schema, making: Making): Record<string, unknown> {
  const properties = asSchema(schema.properties);
  const names = Array.isArray(schema.required) ? schema.required.map(String) : Object.keys(properties);
  return Object.fromEntries(
    names.map((name) => [
      name,
      valueFor(asSchema(Object.hasOwn(properties, name) ? properties[name] : {}), making),
    ]),
  );
}

function arrayFor(schema: Schema, making: Making): unknown[] {
  const prefix = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  const atLeast = Math.max(limit(schema.minItems) ?? 1, prefix.length);
  const length = Math.min(atLeast, limit(schema.maxItems) ?? atLeast, MOST_ITEMS);
  return Array.from({ length }, (_, index) => valueFor(asSchema(prefix[index] ?? schema.items), making));
}

const MOST_ITEMS = 100;

function numberFor(schema: Schema, making: Making): number {
  const isWhole = schema.type === 'integer';
  const step = isWhole ? 1 : 0.001;
  const floor = limit(schema.minimum) ?? raised(schema.exclusiveMinimum, step) ?? -Infinity;
  const ceiling = limit(schema.maximum) ?? raised(schema.exclusiveMaximum, -step) ?? Infinity;
  // zod bounds every integer by the safe ones; as a floor that means none.
  const minimum = limit(schema.minimum) ?? Number.MIN_SAFE_INTEGER;
  const found = making.numbers.shift() ?? (minimum > Number.MIN_SAFE_INTEGER ? minimum : 1);
  return Math.min(Math.max(isWhole ? Math.trunc(found) : found, floor), ceiling);
}

function raised(bound: unknown, step: number): number | undefined {
  const value = limit(bound);
  return value === undefined ? undefined : value + step;
}

function textFor(schema: Schema, text: string): string {
  const example = FORMATS.get(schema.format);
  if (example !== undefined) return example;
  return text.slice(0, limit(schema.maxLength)).padEnd(Math.min(limit(schema.minLength) ?? 0, 10_000), '.');
}

/** A sentence is no date and no address; servers that check formats get something they accept. */
const FORMATS: ReadonlyMap<unknown, string> = new Map([
  ['date-time', '2026-01-01T00:00:00Z'],
  ['date', '2026-01-01'],
  ['time', '00:00:00Z'],
  ['email', 'someone@example.com'],
  ['uri', 'https://example.com/'],
  ['uuid', '123e4567-e89b-42d3-a456-426614174000'],
]);

function limit(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
