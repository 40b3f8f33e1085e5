import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TelemetryStackProps } from '../../constructs';
import { SECRET_SHAPES } from '../../runtime/contract/secret-shapes';
import { toJavaScript } from '../../runtime/contract/re2-pattern';
import { CONTENT } from '../../runtime/telemetry/names';
import { collectorsOf } from '../support/collectors';
import { Ends } from '../support/ends';
import { otlpClient, type OtlpClient } from '../support/otlp-client';
import { postOtlp } from '../support/otlp-json';
import { describeWith } from '../support/real-parts';
import { runDeclared, startBackend } from '../support/running-collectors';
import { PLACES } from '../support/telling';

/** One secret of each shape, in the order of the shapes; they are put together here, so that no scanner takes them for real. */
const SECRETS: readonly string[] = [
  ['sk', 'proj-abcdefghijklmnop'].join('-'),
  ['sk', 'live', 'abcdefghijklmnopqrst'].join('_'),
  ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', 'c2lnbmF0dXJl'].join('.'),
  ['AKIA', 'ABCDEFGHIJKLMNOP'].join(''),
  ['AIza', 'A'.repeat(35)].join(''),
  ['ghp', 'abcdefghijklmnopqrstuvwxyz0123'].join('_'),
  ['github', 'pat', 'abcdefghijklmnopqrstuv'].join('_'),
  ['glpat', 'abcdefghijklmnopqrst'].join('-'),
  ['hf', 'abcdefghijklmnopqrstuvwxyz0123'].join('_'),
  ['xoxb', '123456789012', 'abcdefghij'].join('-'),
  'Bearer abcdefghijklmnop.qrst',
  ['-----BEGIN RSA PRIVATE', ' KEY-----\nMIIEabcdef\n-----END RSA PRIVATE KEY-----'].join(''),
  'postgres://user:letmeinplease@db:5432/x',
];
const EMAIL = 'somebody@example.com';
const CUSTOMER = 'customer-4711';

/** What is left of a secret that was not masked. */
const REMAINS = [
  ...SECRETS.map((secret) => secret.replace(/^Bearer |^.*\n|\n.*$|^postgres:..user:|@db.*/g, '')),
  EMAIL,
  CUSTOMER,
];

/** What carries content, by the words of each convention that is about. */
const CONTENT_ATTRIBUTES: readonly string[] = [
  ...Object.values(CONTENT),
  'gen_ai.tool.definitions',
  'gen_ai.prompt',
  'gen_ai.prompt.0.content',
  'gen_ai.completion.0.content',
  'gen_ai.content.prompt',
  'gen_ai.event.content',
  'llm.openai.messages',
  'llm.openai.prompt',
  'llm.input_messages.0.message.content',
  'llm.prompts',
  'llm.request.functions.0.description',
  'traceloop.entity.input',
  'input.value',
  'output.value',
  'hidden_params',
  'guardrail_response',
  'metadata.user_api_key_alias',
  'metadata.user_api_key_user_email',
  'metadata.requester_metadata',
  'metadata.requester_ip_address',
  'metadata.requester_custom_headers',
  'metadata.headers',
  'metadata.spend_logs_metadata',
  'metadata.mcp_tool_call_metadata',
  'metadata.prompt_management_metadata',
  'metadata.vector_store_request_metadata',
];

/** What LiteLLM says of a call in a span of its own, with the provider's own words behind `llm.<provider>.`. */
const RAW_ATTRIBUTES: readonly string[] = [
  'llm.openai.choices',
  'llm.anthropic.content',
  'llm.anthropic.system',
  'llm.gemini.contents',
  'llm.azure.stringified_raw_response',
];

/** An attribute of a link is out of reach of every processor that the collector has; ours have none. */
const OUT_OF_REACH = ['link attribute'];

const SAID = 'words that somebody said';

describeWith(['OpenTelemetry Collector'], 'what a collector passes on', () => {
  const ends = new Ends();
  afterEach(() => ends.meet());

  /** What comes out of a stack's collector, as it is written to a file behind it. */
  async function passedOn(
    props: Partial<TelemetryStackProps>,
    tell: (client: OtlpClient, httpUrl: string) => void | Promise<void>,
  ): Promise<string> {
    const file = join(ends.directory(), 'received.jsonl');
    const backend = await startBackend('file', { path: file });
    ends.add(() => backend.stop());
    const [declared] = collectorsOf(props);
    const { program, ports } = await runDeclared(declared, { backend }, ends);
    const client = otlpClient(ports.grpcUrl, { 'service.name': 'lead', note: `resource ${EMAIL}` });
    await tell(client, ports.httpUrl);
    await client.flush();
    await client.close();
    // It sends what it has before it ends, and so does the backend.
    await program.stop();
    await backend.stop();
    return readFileSync(file, 'utf8');
  }

  test('has no secret of any shape, no e-mail address and nothing of the patterns that were given, wherever it was', async () => {
    const all = [...SECRETS, EMAIL, CUSTOMER];
    const places = Object.entries(PLACES).filter(([place]) => !OUT_OF_REACH.includes(place));
    const written = await passedOn(
      { redaction: { patterns: ['\\bcustomer-\\d+'] }, messageContent: 'keep' },
      (client) => {
        for (const [place, tell] of places)
          all.forEach((secret, shape) => tell(client, `[${place} ${shape}: ${secret} ]`));
      },
    );
    const marks = places.flatMap(([place]) => all.map((_, shape) => `[${place} ${shape}: `));
    expect(marks.filter((mark) => !written.includes(mark))).toEqual([]);
    const leaks = marks.filter((mark) => {
      const [, ...rests] = written.split(mark);
      return rests.some((rest) => REMAINS.some((text) => rest.slice(0, rest.indexOf(' ]')).includes(text)));
    });
    expect(leaks).toEqual([]);
    expect(REMAINS.filter((text) => written.includes(text))).toEqual([]);
  }, 60_000);

  test('has no content, and the counts of tokens', async () => {
    const written = await passedOn({}, (client) => {
      for (const name of CONTENT_ATTRIBUTES) {
        const attributes = { [name]: `${name}: ${SAID}` };
        client.tracer
          .startSpan('model.inference', { attributes })
          .addEvent('gen_ai.choice', attributes)
          .end();
        client.logger.emit({ body: 'asked', attributes });
        client.logger.emit({ body: attributes });
        client.meter.createCounter('calls').add(1, attributes);
      }
      for (const name of RAW_ATTRIBUTES)
        client.tracer.startSpan('raw_gen_ai_request', { attributes: { [name]: `${name}: ${SAID}` } }).end();
      client.logger.emit({ eventName: 'gen_ai.user.message', body: `event: ${SAID}` });
      client.logger.emit({ body: `named: ${SAID}`, attributes: { 'event.name': 'gen_ai.choice' } });
      const attributes = {
        'gen_ai.usage.input_tokens': 1234567,
        'gen_ai.usage.output_tokens': 2345678,
        'llm.token_count.prompt': 3456789,
        'gen_ai.request.model': 'gpt-4o',
      };
      client.tracer.startSpan('model.inference', { attributes }).end();
      const usage = client.meter.createHistogram('gen_ai.client.token.usage', { unit: '{token}' });
      usage.record(4567891, { 'gen_ai.token.type': 'input' });
      client.logger.emit({ body: 'an ordinary line' });
    });
    expect(written.match(/[^"]*words that somebody said/g) ?? []).toEqual([]);
    for (const kept of [
      '1234567',
      '2345678',
      '3456789',
      '4567891',
      'gpt-4o',
      'gen_ai.token.type',
      'an ordinary line',
    ])
      expect(written).toContain(kept);
  }, 60_000);

  test('has content where it is to be kept', async () => {
    const written = await passedOn({ messageContent: 'keep' }, ({ tracer, logger }) => {
      tracer.startSpan('model.inference', { attributes: { [CONTENT.input]: `${SAID} to ${EMAIL}` } }).end();
      logger.emit({ eventName: 'gen_ai.user.message', body: SAID });
    });
    expect(written.split(SAID)).toHaveLength(3);
    expect(written).not.toContain(EMAIL);
  }, 60_000);

  test('has no secret where only SDKs of other languages put one', async () => {
    const [secret = ''] = SECRETS;
    const attributes = [{ key: 'note', value: { stringValue: secret } }];
    const exemplars = [{ timeUnixNano: '1', asInt: '1', filteredAttributes: attributes }];
    const scope = { name: 'scope', attributes };
    const metrics = [{ name: 'calls', sum: { dataPoints: [{ timeUnixNano: '1', asInt: '1', exemplars }] } }];
    const span = { traceId: '1'.repeat(32), spanId: '1'.repeat(16), name: 'work' };
    const record = { severityText: 'INFO' };
    const written = await passedOn({ messageContent: 'keep' }, async (_, url) => {
      const statuses = await Promise.all([
        postOtlp(url, 'metrics', { resourceMetrics: [{ scopeMetrics: [{ scope, metrics }] }] }),
        postOtlp(url, 'traces', { resourceSpans: [{ scopeSpans: [{ scope, spans: [span] }] }] }),
        postOtlp(url, 'logs', { resourceLogs: [{ scopeLogs: [{ scope, logRecords: [record] }] }] }),
      ]);
      expect(statuses).toEqual([200, 200, 200]);
    });
    expect(written.match(/scope/g)?.length).toBeGreaterThanOrEqual(3);
    expect(written).toContain('exemplars');
    expect(written).not.toContain(secret);
  }, 60_000);

  test('has no span of a probe', async () => {
    const written = await passedOn({}, ({ tracer }) => {
      for (const path of [
        '/health',
        '/ready',
        '/health/liveliness',
        '/health/readiness',
        '/v1/chat/completions',
      ])
        tracer.startSpan(`GET ${path}`, { attributes: { 'url.path': path } }).end();
    });
    expect(written).toContain('/v1/chat/completions');
    expect(written).not.toMatch(/\/health|\/ready/);
  }, 60_000);

  test('every shape of a secret is tried', () => {
    const shapes = SECRET_SHAPES.map(([, pattern]) => toJavaScript(pattern));
    expect(SECRETS.map((secret, index) => shapes[index]?.test(secret))).toEqual(shapes.map(() => true));
  });
});
