import { EMAIL_SHAPE, SECRET_KEYS, SECRET_SHAPES } from '../../../../runtime/contract';
import { Redactor } from '../../../../runtime/telemetry/redaction/redactor';
import { secretFile } from '../../../support/secret-file';

// Put together here, so that nobody who looks for secrets finds one.
const KEY = ['sk', 'proj-0123456789abcdefghij'].join('-');
const PRIVATE_KEY = ['-----BEGIN', 'PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END', 'PRIVATE KEY-----'].join(
  ' ',
);
const OWN = 'correct-horse-battery';

const redactor = new Redactor({ MODEL_API_KEY: OWN });

test('what looks like a secret is masked, whatever stands around it', () => {
  expect(redactor.text(`key ${KEY}, and so on`)).toBe('key ****, and so on');
  expect(redactor.text(`of ${KEY} and ${KEY}`)).toBe('of **** and ****');
  expect(redactor.text(`authorized with Bearer ${OWN}-and-more`)).toBe(
    'authorized with Bearer ****-and-more',
  );
  expect(redactor.text('redis://user:hunter22@cache:6379')).toBe('redis****cache:6379');
  expect(redactor.text(`begin\n${PRIVATE_KEY}\nend`)).toBe('begin\n****\nend');
  expect(redactor.text('write to ada@example.com')).toBe('write to ****');
});

test('words that only resemble a secret stay', () => {
  for (const text of ['task-delegation-received', 'gpt-4o-mini', 'a2a', 'http://search:8000/mcp', '']) {
    expect(redactor.text(text)).toBe(text);
  }
});

test('what collectors mask processes mask', () => {
  expect([SECRET_SHAPES.length, SECRET_KEYS.length, EMAIL_SHAPE.length > 0]).toEqual([13, 2, true]);
});

test('a secret that runs through the pieces of a text is masked once they are one', () => {
  const pieces = [KEY.slice(0, 9), KEY.slice(9, 14), KEY.slice(14)];
  expect(redactor.text(pieces.join(''))).toBe('****');
  expect(redactor.text([OWN.slice(0, 4), OWN.slice(4)].join(''))).toBe('****');
});

test('fields, lists and names are gone through; what is clean is the same object', () => {
  const clean = { model: 'gpt-4o', reasons: ['stop'], count: 3, nested: { ok: true, none: null } };
  expect(redactor.fields(clean)).toBe(clean);
  expect(
    redactor.fields({
      said: `it is ${OWN}`,
      list: ['a', KEY],
      nested: { 'x-api-key': 'short', tokens: 3 },
      'http.request.header.authorization': ['Basic abc'],
      'gen_ai.usage.input_tokens': 11,
    }),
  ).toEqual({
    said: 'it is ****',
    list: ['a', '****'],
    nested: { 'x-api-key': '****', tokens: 3 },
    'http.request.header.authorization': '****',
    'gen_ai.usage.input_tokens': 11,
  });
});

test('a line stays a line of JSON', () => {
  const line = (fields: object) => `${JSON.stringify(fields)}\n`;
  const clean = line({ level: 30, message: 'request answered', url: 'http://a:80/', more: 'x@' });
  expect(redactor.line(clean)).toBe(clean);
  const stack = `Error: no\n${KEY}\n    at main`;
  expect(redactor.line(line({ message: 'failed', err: { stack, cookie: 'a=b' } }))).toBe(
    line({ message: 'failed', err: { stack: 'Error: no\n****\n    at main', cookie: '****' } }),
  );
  // A pattern that would run on to the end of the line.
  const cut = line({ message: PRIVATE_KEY.slice(0, 40), url: 'http://a', mail: 'b:c@d' });
  expect(JSON.parse(redactor.line(cut))).toEqual({ message: '****', url: 'http://a', mail: 'b:c@d' });
});

test('texts without an end are gone through in no time', () => {
  const startedAt = performance.now();
  for (const text of ['a.'.repeat(50_000) + '@', 'x'.repeat(100_000), '://:'.repeat(25_000)])
    redactor.text(text);
  expect(performance.now() - startedAt).toBeLessThan(500);
});

describe('secrets of the process itself', () => {
  const masks = (env: Record<string, string>, text: string) =>
    new Redactor(env).text(`<${text}>`) === '<****>';

  test.each([
    ['MODEL_API_KEY', 'first-value', 'first-value'],
    ['AGENT_API_KEYS', 'first-value,second-value\nthird-value', 'second-value'],
    ['AGENT_API_KEYS', 'first-value,second-value\nthird-value', 'third-value'],
    ['PEER_AGENT_WORKER_API_KEY', 'first-value', 'first-value'],
    ['MEMORY_REDIS_PASSWORD', 'three small words', 'three small words'],
    ['MEMORY_REDIS_URL', 'redis://:pa%20ssword@cache:6379', 'pa ssword'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x-team=team-value,authorization=Bearer%20otlp-value', 'otlp-value'],
    ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'x-team=team-value', 'team-value'],
    ['MCP_SERVER_search_HEADER_AUTHORIZATION', 'Bearer header-value', 'header-value'],
    ['SLACK_BOT_TOKEN', 'first-value', 'first-value'],
  ])('%s is masked', (variable, value, secret) => {
    expect(masks({ [variable]: value }, secret)).toBe(true);
  });

  test('in JSON, in JSON within JSON, and in URLs too', () => {
    const secret = 'quote" back\\ and space';
    const env = { MODEL_API_KEY: secret };
    const quoted = JSON.stringify(secret).slice(1, -1);
    for (const form of [secret, quoted, JSON.stringify(quoted).slice(1, -1), encodeURIComponent(secret)]) {
      expect([form, masks(env, form)]).toEqual([form, true]);
    }
  });

  test('words of everybody’s, names and public keys are none', () => {
    expect(masks({ MODEL_API_KEY: 'key' }, 'key')).toBe(false);
    expect(masks({ MODEL_NAME: 'gpt-4o-mini' }, 'gpt-4o-mini')).toBe(false);
    expect(masks({ SIGNING_PUBLIC_KEY: 'first-value' }, 'first-value')).toBe(false);
    expect(masks({ MCP_SERVER_search_HEADERS: 'x-forwarded' }, 'x-forwarded')).toBe(false);
  });

  test('a file is read, and again when it was replaced; what it held stays masked', () => {
    const file = secretFile('first-value\n');
    const own = new Redactor({ MODEL_API_KEY_FILE: file.path });
    expect(own.text('first-value')).toBe('****');
    expect(own.text('second-value')).toBe('second-value');
    file.write('second-value');
    own.refresh();
    expect(own.text('second-value and first-value')).toBe('**** and ****');
    file.remove();
    own.refresh();
    expect(own.text('second-value')).toBe('****');
  });

  test('a file that is not there yet is read once it is', () => {
    const file = secretFile();
    const own = new Redactor({ MODEL_API_KEY_FILE: file.path, AGENT_INSTRUCTIONS_FILE: file.path });
    expect(own.text('first-value')).toBe('first-value');
    file.write('first-value');
    own.refresh();
    expect(own.text('first-value')).toBe('****');
  });
});
