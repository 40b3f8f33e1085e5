import fc from 'fast-check';
import { parse } from 'yaml';
import { toPyYaml } from '../../../constructs/model-api/py-yaml';

test.each([
  ['openai/gpt-4o', 'openai/gpt-4o'],
  ['smollm2:135m', 'smollm2:135m'],
  ['https://models.example:8080/v1', 'https://models.example:8080/v1'],
  ['openai/*', 'openai/*'],
  ['*', '"*"'],
  ['No', '"No"'],
  ['1e-7', '"1e-7"'],
  ['0x1f', '"0x1f"'],
  ['12:30:45', '"12:30:45"'],
  ['a: b', '"a: b"'],
  ['a:', '"a:"'],
  ['a #b', '"a #b"'],
  ['<<', '"<<"'],
  ['=', '"="'],
  ['---', '"---"'],
  ['', '""'],
  ['say "hi" \\o/', '"say \\"hi\\" \\\\o/"'],
  ['two\nlines', '"two\\nlines"'],
  ['a\tb', '"a\\U00000009b"'],
  // PyYAML takes these for the end of a line, after which a text could go on as something else.
  ['a\u0085b', '"a\\U00000085b"'],
  ['a\u2028  b: c', '"a\\U00002028  b: c"'],
  ['ünï 🙂', '"ünï 🙂"'],
])('the text %j is written as %s', (text, written) => {
  expect(toPyYaml([text])).toBe(`- ${written}\n`);
});

test.each([
  [1e-7, '1.0e-7'],
  [-1e21, '-1.0e+21'],
  [1.5e-9, '1.5e-9'],
  [0.25, '0.25'],
  [120, '120'],
])('the number %p is written as %s', (number, written) => {
  expect(toPyYaml([number])).toBe(`- ${written}\n`);
});

test('whatever is written is read again', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
  const text = fc.string({ unit: 'binary' });
  const value = fc.dictionary(text, fc.oneof(text, number, fc.boolean(), fc.array(text)));
  fc.assert(
    fc.property(value, (document) => {
      // Keys are compared as entries: one of them may be `__proto__`.
      expect(parse(toPyYaml(document), { version: '1.1', mapAsMap: true })).toEqual(
        new Map(Object.entries(document)),
      );
    }),
  );
});
