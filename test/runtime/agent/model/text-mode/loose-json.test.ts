import fc from 'fast-check';
import { findBlocks } from '../../../../../runtime/agent/model/text-mode/blocks';
import { HeldBack } from '../../../../../runtime/agent/model/text-mode/held-back';
import { LooseJsonError, readLooseJson } from '../../../../../runtime/agent/model/text-mode/loose-json';

test('reads all JSON as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), (json) => {
      const { value, end, mended } = readLooseJson(`${json}  `, 0);
      expect([value, end, mended]).toEqual([JSON.parse(json), json.length, false]);
    }),
  );
});

test('reads indented JSON, and stops where the value ends', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value, null, 2);
      expect(readLooseJson(`x ${json}\n\`\`\`after`, 2)).toMatchObject({ end: 2 + json.length });
    }),
  );
});

test.each<[text: string, value: unknown]>([
  ["{'a': True, 'b': None, 'c': False}", { a: true, b: null, c: false }],
  ['{"a": "two\nlines"}', { a: 'two\nlines' }],
  ["{'a': 'it\\'s \\u00e4'}", { a: 'it’s ä'.replace('’', "'") }],
  ['[1, -2.5e3,]', [1, -2500]],
  ['{"a": ["x", {"b": "y"', { a: ['x', { b: 'y' }] }],
])('reads %j', (text, value) => {
  expect(readLooseJson(text, 0).value).toEqual(value);
});

test('a key is but a key', () => {
  const { value } = readLooseJson('{"__proto__": {"a": 1}}', 0);
  expect(JSON.stringify(value)).toBe('{"__proto__":{"a":1}}');
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});

test.each(['', '{"a" "b"}', '{"a": 01}', '{"a": 1 "b": 2}', '{"a": "\\u12"}', '{"a": constructor}', '[1'])(
  'fails when it is %j',
  (text) => {
    expect(() => readLooseJson(text, 0)).toThrow(LooseJsonError);
  },
);

/** Pieces out of which replies are made that are, or look like, blocks. */
const PIECES = [
  '```',
  '`',
  'tool_call',
  'delegate',
  '\n',
  ' ',
  '{"tool":"a"}',
  '{',
  '}',
  "'",
  '"',
  'hi',
  ',',
  'js',
];
const reply = fc.array(fc.constantFrom(...PIECES), { maxLength: 25 });

test('whatever a model writes is read, and no block is left in the text', () => {
  fc.assert(
    fc.property(reply, fc.boolean(), (pieces, isCutOff) => {
      const { text } = findBlocks(pieces.join(''), isCutOff);
      expect(text).not.toMatch(/```[^\S\n]*(tool_call|delegate)\b/);
    }),
    { numRuns: 2_000 },
  );
});

test('what was passed on of a reply is how its text begins, however it is cut into pieces', () => {
  fc.assert(
    fc.property(reply, (pieces) => {
      const heldBack = new HeldBack();
      const passed = pieces.map((piece) => heldBack.add(piece)).join('');
      expect(findBlocks(pieces.join('')).text.startsWith(passed)).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});

test.each([' ', '`', '```tool_call ', "```tool_call{'", '{"a":'])(
  'reads a million times %j in no time',
  (piece) => {
    const text = piece.repeat(1_000_000);
    expect(new HeldBack().add(`${text}x`).length + findBlocks(text).text.length).toBeGreaterThanOrEqual(0);
  },
);

test('nothing is held back that cannot become a block', () => {
  const heldBack = new HeldBack();
  expect(['a ', 'b', ' `', 'c` ', '```', 'js', '\n', 'd'].map((piece) => heldBack.add(piece))).toEqual([
    'a',
    ' b',
    '',
    ' `c`',
    '',
    '',
    ' ```js',
    '\nd',
  ]);
});
