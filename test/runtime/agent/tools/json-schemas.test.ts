import { JsonSchemas } from '../../../../runtime/agent/tools/json-schemas';

const warned: unknown[] = [];
const log = { warn: (...args: unknown[]) => void warned.push(args.at(-1)) };
let schemas: JsonSchemas;

beforeEach(() => {
  warned.length = 0;
  schemas = new JsonSchemas(log);
});

const TEXT = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };

test.each<[what: string, schema: object, value: unknown, problems: string[]]>([
  ['nothing when all is right', TEXT, { text: 'hi' }, []],
  ['a wrong type', TEXT, { text: 1 }, ['text: must be string']],
  ['what is missing', TEXT, {}, ['(the whole): must have the property "text"']],
  [
    'where it is, however deep, and all of it',
    { properties: { list: { items: { properties: { n: { minimum: 3 }, of: { enum: ['a', 2] } } } } } },
    { list: [{}, { n: 2, of: 'c' }] },
    ['list[1].n: must be >= 3', 'list[1].of: must be one of "a", 2'],
  ],
  [
    'what must not be there',
    { properties: {}, additionalProperties: false },
    { 'a/b': 1 },
    ['(the whole): must not have the property "a/b"'],
  ],
  ['five problems of a hundred', { items: { type: 'number' } }, Array.from('x'.repeat(100)), fiveOf()],
])('says %s', (_what, schema, value, problems) => {
  expect(schemas.problemsOf(value, schema as Record<string, unknown>)).toEqual(problems);
});

const PAIR = [{ type: 'string' }, { type: 'number' }];

test.each<[what: string, schema: Record<string, unknown>]>([
  ['2020-12', { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: PAIR }],
  ['2020-12, without saying so', { prefixItems: PAIR }],
  ['2019-09', { $schema: 'https://json-schema.org/draft/2019-09/schema', items: PAIR }],
  ['draft-07', { $schema: 'http://json-schema.org/draft-07/schema#', items: PAIR }],
  ['draft-07, without saying so', { items: PAIR }],
])('knows %s', (_what, schema) => {
  expect(schemas.problemsOf(['a', 'b'], schema)).toEqual(['[1]: must be number']);
  expect(warned).toEqual([]);
});

test('two schemas with one id are two schemas', () => {
  const $id = 'https://example.com/schema';
  expect(schemas.problemsOf(1, { $id, type: 'string' })).toEqual(['(the whole): must be string']);
  expect(schemas.problemsOf(1, { $id, type: 'number' })).toEqual([]);
});

test.each<[what: string, schema: Record<string, unknown>]>([
  ['refers to nothing', { $ref: '#/$defs/gone' }],
  ['breaks the rules of every dialect', { type: 'object', properties: { a: { type: 'text' } } }],
  ['cannot be read', { pattern: '(' }],
  ['is endless', { type: 'string', description: 'x'.repeat(100_000) }],
  ['would be checked some time later', { $async: true, type: 'string' }],
])('a schema that %s lets everything pass, and that is said once', (_what, schema) => {
  expect(schemas.problemsOf({ a: 1 }, schema)).toEqual([]);
  expect(schemas.problemsOf({ a: 1 }, { ...schema })).toEqual([]);
  expect(warned).toEqual(['a JSON schema cannot be compiled; values are not checked by it']);
});

test('a format is a hint, which nobody is held to', () => {
  expect(schemas.problemsOf('x', { type: 'string', format: 'date-time' })).toEqual([]);
});

test('a pattern is checked', () => {
  const schema = { type: 'string', pattern: '^[a-z]+$' };
  for (const letters of ['abc', 'a'.repeat(1_000)]) {
    expect(schemas.problemsOf(letters, schema)).toEqual([]);
    expect(schemas.problemsOf(`${letters}1`, schema)).toEqual(['(the whole): must match pattern "^[a-z]+$"']);
  }
});

test('a pattern that would take for ever stops nobody, and is given up', () => {
  const schema = { type: 'array', items: { type: 'string', pattern: '^(a+)+$' } };
  expect(schemas.problemsOf(Array(50).fill(`${'a'.repeat(60)}!`), schema)).toEqual([]);
  expect(warned).toEqual([
    'a pattern of a JSON schema takes too long; those of that schema are no longer checked',
  ]);
});

test('goes on checking after more schemas than are kept', () => {
  for (let count = 0; count < 300; count++) schemas.problemsOf('', { const: count });
  expect(schemas.problemsOf('', { const: 0 })).toEqual(['(the whole): must be 0']);
  expect(schemas.problemsOf('', { const: 299 })).toEqual(['(the whole): must be 299']);
});

function fiveOf(): string[] {
  return [0, 1, 2, 3, 4].map((index) => `[${index}]: must be number`);
}
