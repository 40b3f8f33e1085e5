import { type CelInput, celEnv, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { type Schema } from './kubernetes-schema';
import { type Manifest } from './synth';

interface Rule {
  readonly rule: string;
  readonly message?: string;
}

type Evaluate = (bindings: Record<string, CelInput>) => unknown;

const environment = celEnv({ funcs: strings });
const programs = new Map<string, Evaluate>();

/** Names that CEL keeps for itself; Kubernetes lets rules write them between underscores. */
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** The rules of a schema that a value breaks, wherever in it they stand. Rules on updates need an old value; they pass. */
export function rulesBroken(schema: Schema, value: Manifest, path = ''): string[] {
  if (value === undefined || value === null) return [];
  const own = rulesOf(schema)
    .filter(({ rule }) => !/\boldSelf\b/.test(rule))
    .flatMap(({ rule, message }) => {
      const holds = program(rule)({ self: toCel(schema, value) });
      return holds === true ? [] : [`${path || '/'} breaks the rule: ${message ?? rule}`];
    });
  return [
    ...own,
    ...parts(schema, value).flatMap(([key, inner, part]) => rulesBroken(inner, part, `${path}/${key}`)),
  ];
}

/** All rules of a schema, for proof that each can be judged. */
export function allRules(schema: Schema): string[] {
  const { properties, items, additionalProperties } = schema;
  const inner = [...Object.values(properties ?? {}), items, additionalProperties];
  return [
    ...rulesOf(schema).map(({ rule }) => rule),
    ...inner.flatMap((part) => (typeof part === 'object' ? allRules(part) : [])),
  ];
}

/** A rule, ready to be asked. */
export function program(rule: string): Evaluate {
  const known = programs.get(rule);
  if (known) return known;
  const compiled = plan(environment, parse(rule)) as Evaluate;
  programs.set(rule, compiled);
  return compiled;
}

function rulesOf(schema: Schema): Rule[] {
  return (schema['x-kubernetes-validations'] ?? []) as Rule[];
}

function parts(schema: Schema, value: Manifest): [string, Schema, unknown][] {
  const { properties = {}, items, additionalProperties } = schema;
  if (Array.isArray(value)) return items ? value.map((item, index) => [String(index), items, item]) : [];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]): [string, Schema, unknown][] => {
    const part = properties[key] ?? additionalProperties;
    return typeof part === 'object' ? [[key, part, inner]] : [];
  });
}

/** A value in CEL's types, which tell whole numbers from others and know fields by their escaped names. */
function toCel(schema: Schema | undefined, value: Manifest): CelInput {
  if (typeof value === 'number') return schema?.type === 'number' ? value : BigInt(value);
  if (Array.isArray(value)) return value.map((item) => toCel(schema?.items, item));
  if (typeof value !== 'object' || value === null) return value;
  const { properties = {}, additionalProperties } = schema ?? {};
  return new Map(
    Object.entries(value).map(([key, inner]) => {
      const part = properties[key] ?? additionalProperties;
      return [
        key in properties ? escaped(key) : key,
        toCel(typeof part === 'object' ? part : undefined, inner),
      ];
    }),
  );
}

function escaped(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}
