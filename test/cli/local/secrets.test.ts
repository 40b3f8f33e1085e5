import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../cli/local/errors';
import { readSecrets } from '../../../cli/local/secrets';

/** What no message may repeat. */
const VALUE = 'hush-hush';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
  file = join(directory, 'secrets.yaml');
});
afterEach(() => rmSync(directory, { recursive: true }));

function read(text: string): unknown {
  writeFileSync(file, text);
  return Object.fromEntries([...readSecrets(file)].map(([name, keys]) => [name, Object.fromEntries(keys)]));
}

describe('a file of Secrets', () => {
  test('has values in base64, as they are, or both; the latter win', () => {
    const encoded = Buffer.from('as "it" is\n').toString('base64');
    const text = `
apiVersion: v1
kind: Secret
metadata: { name: keys, namespace: any }
type: Opaque
data: { a: ${encoded}, b: ${encoded}, empty: '' }
stringData: { b: plain, c: "12" }`;
    expect(read(text)).toEqual({ keys: { a: 'as "it" is\n', b: 'plain', c: '12', empty: '' } });
  });

  test('may hold several, with empty documents between', () => {
    const one = (name: string) => `kind: Secret\nmetadata: { name: ${name} }\nstringData: { k: ${name} }\n`;
    expect(read(`---\n${one('a')}---\n---\n# nothing\n---\n${one('b')}`)).toEqual({
      a: { k: 'a' },
      b: { k: 'b' },
    });
  });

  test.each(['', '---\n# none yet\n'])('fails when it holds none: %j', (text) => {
    const message = `${file} holds no Secret; give manifests of kind Secret, or leave it out`;
    expect(() => read(text)).toThrow(new UserError(message));
  });

  test('base64 may be folded', () => {
    const encoded = Buffer.from('x'.repeat(60)).toString('base64');
    const folded = `${encoded.slice(0, 40)}\n    ${encoded.slice(40)}\n`;
    const text = `kind: Secret\nmetadata: { name: keys }\ndata:\n  k: |\n    ${folded}`;
    expect(read(text)).toEqual({ keys: { k: 'x'.repeat(60) } });
  });

  test.each([
    [
      'is a ConfigMap',
      `kind: ConfigMap\nmetadata: { name: a }\ndata: { k: ${VALUE} }`,
      'document 1 is not a Secret; give manifests of kind Secret',
    ],
    ['is text', VALUE, 'document 1 is not a Secret; give manifests of kind Secret'],
    [
      'is a .env file',
      `OPENAI_API_KEY=${VALUE}\nOTHER: [${VALUE}`,
      'document 1 is not YAML at line 1; give manifests of kind Secret',
    ],
    [
      'has a second document that is not YAML',
      `kind: Secret\nmetadata: { name: a }\n---\nkind: Secret\nstringData: { k: @${VALUE} }`,
      'document 2 is not YAML at line 5; give manifests of kind Secret',
    ],
    [
      'has a value that YAML takes for an alias',
      `kind: Secret\nmetadata: { name: a }\nstringData: { k: *${VALUE} }`,
      'document 1 refers to an anchor that it does not have; put text that begins with * in quotes',
    ],
    [
      'has no name',
      `kind: Secret\nstringData: { k: ${VALUE} }`,
      'document 1: metadata is not what a Secret has there; give text, numbers in quotes',
    ],
    [
      'has a number for a value',
      'kind: Secret\nmetadata: { name: a }\nstringData: { k: 271828 }',
      'document 1: stringData.k is not what a Secret has there; give text, numbers in quotes',
    ],
    [
      'has data that is not base64',
      `kind: Secret\nmetadata: { name: a }\ndata: { k: ${VALUE} }`,
      'document 1: data.k is not base64; encode it, or move it to stringData',
    ],
  ])('fails when it %s', (_what, text, message) => {
    expect(() => read(text)).toThrow(new Error(`${file}: ${message}`));
    expect(message).not.toMatch(new RegExp(`${VALUE}|271828`));
  });

  test('fails when it cannot be read', () => {
    expect(() => readSecrets(file)).toThrow(
      expect.objectContaining({
        message: `the Secrets file ${file} cannot be read; give a file of Secret manifests`,
      }),
    );
  });
});
