import { lockedDigestsFromJson, lockedDigestsToJson, toolDigest } from '../../../runtime/contract';

describe('the digest of a tool', () => {
  const sha256 = (text: string) => text;
  const digestOf = (inputSchema: object, description?: string) =>
    toolDigest({ name: 'echo', description, inputSchema }, sha256);

  test('is that of its canonical JSON', () => {
    expect(digestOf({ type: 'object', b: [1.5, 'é"'], '9': null, '10': {} }, 'Says it')).toBe(
      'sha256:{"description":"Says it","inputSchema":{"10":{},"9":null,"b":[1.5,"é\\""],"type":"object"},"name":"echo"}',
    );
  });

  test('is the same whatever the order of properties, and with or without an empty description', () => {
    expect(digestOf({ a: 1, b: 2 }, '')).toBe(digestOf({ b: 2, a: 1 }));
    expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }));
  });
});

describe('the digests that an agent is given', () => {
  const digests = { search: { echo: 'sha256:1', look: 'sha256:2' }, calculator: {} };

  test('read as they were written', () => {
    expect(lockedDigestsFromJson(lockedDigestsToJson(digests))).toEqual(digests);
  });

  test.each(['', '[]', '{}', '{"servers":{"a":{}}}', '{"servers":{"a":{"tools":{"b":"c"}}}}'])(
    'fail to be read from %j',
    (text) => {
      expect(() => lockedDigestsFromJson(text)).toThrow(
        'TOOLS_LOCK_FILE names a file that is no lock of tools; synthesize it again',
      );
    },
  );
});
