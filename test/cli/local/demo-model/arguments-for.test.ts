import { z } from 'zod';
import { argumentsFor, numbersIn } from '../../../../cli/local/demo-model/arguments-for';

describe('argumentsFor', () => {
  const text = 'Add 20 and -2.5 in 2026';

  test('makes each kind of value', () => {
    const schema = {
      properties: {
        enum: { enum: ['first', 'second'] },
        const: { const: 7 },
        default: { type: 'string', default: 'given' },
        string: { type: 'string' },
        short: { type: 'string', maxLength: 3 },
        whole: { type: 'integer' },
        number: { type: 'number' },
        bounded: { type: 'integer', maximum: 100 },
        none: { type: 'integer', minimum: 3 },
        one: { type: 'number' },
        boolean: { type: 'boolean' },
        list: { type: 'array', items: { type: 'boolean' } },
        pair: { type: 'array', items: { const: 1 }, minItems: 2 },
        nullable: { anyOf: [{ type: 'null' }, { type: 'boolean' }] },
        either: { type: ['null', 'string'] },
        nested: { type: 'object', properties: { a: { const: 1 }, b: { const: 2 } }, required: ['b'] },
      },
    };
    expect(argumentsFor(schema, text)).toEqual({
      enum: 'first',
      const: 7,
      default: 'given',
      string: text,
      short: 'Add',
      whole: 20,
      number: -2.5,
      bounded: 100,
      none: 3,
      one: 1,
      boolean: true,
      list: [true],
      pair: [1, 1],
      nullable: true,
      either: text,
      nested: { b: 2 },
    });
  });

  test('follows references and merges allOf, and ends where a schema contains itself', () => {
    const schema = {
      $ref: '#/$defs/Node',
      $defs: {
        Named: { properties: { name: { type: 'string' } }, required: ['name'] },
        Node: {
          allOf: [
            { $ref: '#/$defs/Named' },
            { properties: { child: { $ref: '#/$defs/Node' } }, required: ['child'] },
          ],
        },
      },
    };
    expect(argumentsFor(schema, 'x')).toEqual({ name: 'x', child: {} });
    expect(argumentsFor({ allOf: [{ $ref: '#' }] }, 'x')).toEqual({});
  });

  test('what it makes for a zod schema, that schema accepts', () => {
    const schema = z.object({
      city: z.string().min(3),
      days: z.number().int().positive().max(14),
      unit: z.enum(['celsius', 'fahrenheit']),
      since: z.iso.datetime().optional(),
      contact: z.email(),
      place: z.union([z.null(), z.object({ lat: z.number().min(-90).max(90) })]),
      tags: z.array(z.string()).nonempty(),
    });
    const made = argumentsFor(z.toJSONSchema(schema), 'Oslo');
    expect(schema.parse(made)).toMatchObject({ city: 'Oslo', days: 1, unit: 'celsius', tags: ['Oslo'] });
  });

  test.each([undefined, null, 'x', true, { type: 'string' }])('gives no arguments for %j', (schema) => {
    expect(argumentsFor(schema, 'x')).toEqual({});
  });

  test.each([
    ['add 2 and 3', [2, 3]],
    ['2+3', [2, 3]],
    ['10-20', [10, 20]],
    ['$1,204.50, then -7.', [1204.5, -7]],
    ['gpt-4o, v2, 3rd and a_1', []],
  ])('numbers in %j', (words, numbers) => {
    expect(numbersIn(words)).toEqual(numbers);
  });
});
