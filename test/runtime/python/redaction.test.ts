import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Collector, startCollector } from '../../../cli/local/collector/collector';
import { secretShapesForPython } from '../../../runtime/contract';
import { Redactor } from '../../../runtime/telemetry/redaction/redactor';
import { postJson } from '../../support/http';
import { describeWithPython, PYTHON_DIRECTORY, PythonServers, startPython } from '../../support/python';
import { secretFile } from '../../support/secret-file';

jest.setTimeout(60_000);

const KEY = `sk-${'a1'.repeat(12)}`;
const CODE = `
import logging

from opentelemetry import metrics, trace

meter = metrics.get_meter("post")
told = meter.create_counter("told")
lengths = meter.create_histogram("lengths")
heights = meter.create_gauge("heights")

def tell(what: str) -> str:
    labels = {"what": what, "session_token": 5, "kind": "letter"}
    told.add(1, labels)
    lengths.record(len(what), labels)
    heights.set(len(what), labels)
    logging.getLogger("post").warning("it is %s", what)
    span = trace.get_current_span()
    span.set_attribute("what", what)
    span.set_attribute("password", 5)
    span.add_event("told", {"what": [what]})
    return what

def fail(what: str) -> str:
    raise ValueError(f"not {what}")
`;
const REDACT = `
import json, os
from kaos_mcp.redaction import Redactor
redactor = Redactor(os.environ)
print(json.dumps([redactor.value(each) for each in json.loads(os.environ["VALUES"])]))`;

test('what secrets look like is what the contract says', () => {
  const file = join(PYTHON_DIRECTORY, 'kaos_mcp/secret-shapes.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(secretShapesForPython());
});

describeWithPython('what a server with tools in Python keeps to itself', () => {
  const servers = new PythonServers();
  let collector: Collector;
  beforeAll(async () => {
    collector = await startCollector({ host: '127.0.0.1', grpcPort: 0, httpPort: 0 });
  });
  afterAll(async () => {
    await servers.stop();
    await collector.close();
    servers.remove();
  });

  test('is what our other processes do', async () => {
    const file = secretFile('from "a" file\n');
    const env = {
      MAIL_PASSWORD: 'pässwort/1 + 2',
      MCP_API_KEYS: 'first-key,second-key',
      DATABASE: 'postgres://user:of%20a%20url@db',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=Bearer of-headers,b=short',
      PUBLIC_KEY: 'anybody-may-know',
      PIN_PASSWORD: '1234567',
      POST_TOKEN_FILE: file.path,
    };
    const values = [
      ...['pässwort/1 + 2', 'first-key, second-key', 'of a url', 'of%20a%20url', 'of-headers'],
      ...['anybody-may-know', '1234567', 'from "a" file', 'b=short', ''],
      ...[JSON.stringify('from "a" file'), encodeURIComponent('pässwort/1 + 2')],
      ...[KEY, `x ${KEY}.`, 'ask-delegation-received-by-all', `Bearer ${'x'.repeat(20)}`],
      ...['-----BEGIN PRIVATE KEY-----\nabc', 'http://a:b@c', 'someone@example.com, and others'],
      { apiKey: 1, 'gen_ai.usage.input_tokens': 5, session_token: 'a', none: { password: null } },
      [[KEY], { deep: [KEY, true] }],
    ];
    const python = await startPython(['-c', REDACT], { ...env, VALUES: JSON.stringify(values) }).stdout;
    const node = new Redactor(env);
    expect(JSON.parse(python)).toEqual(values.map((value) => node.value(value)));
  });

  test('is in no line of its log, no span, no metric, no record and no resource', async () => {
    const file = secretFile('the-first-one');
    const server = await servers.start(CODE, {
      MAIL_PASSWORD: 'hidden-in-env',
      POST_TOKEN_FILE: file.path,
      OTEL_SERVICE_NAME: 'post',
      OTEL_RESOURCE_ATTRIBUTES: 'team=mail,contact=someone@example.com,region=hidden-in-env,api_key=5',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl,
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
    });
    const tell = (name: string, what: string) => {
      const params = { name, arguments: { what } };
      const headers = { accept: 'application/json, text/event-stream' };
      return postJson(`${server.url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, headers);
    };
    const secrets = ['hidden-in-env', 'the-first-one', KEY, 'someone@example.com'];
    for (const secret of secrets) {
      const { body } = await tell('tell', secret);
      expect(body.result.content).toMatchObject([{ text: secret }]);
    }
    file.write('the-second-one');
    secrets.push('the-second-one');
    await tell('tell', 'the-second-one');
    await tell('fail', 'hidden-in-env');
    server.kill('SIGTERM');
    expect([await server.exit, await server.stderr]).toEqual([0, '']);

    const { spans, metrics, logs } = collector.store;
    const said = [await server.stdout, ...[spans, metrics, logs].map((records) => JSON.stringify(records))];
    for (const text of said) {
      expect(text).toContain('****');
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
    expect(said[0]?.match(/"it is \*{4}"/g)).toHaveLength(secrets.length);
    expect(spans).toHaveLength(secrets.length + 1);
    expect(spans[0]).toMatchObject({
      name: 'tools/call tell',
      attributes: {
        what: '****',
        password: '****',
        'gen_ai.tool.name': 'tell',
        'gen_ai.tool.call.arguments': '{"what":"****"}',
      },
      events: [{ name: 'told', attributes: { what: ['****'] } }],
    });
    const resource = { team: 'mail', contact: '****', region: '****', api_key: '****' };
    for (const span of spans) expect(span).toMatchObject({ service: 'post', resource });
    // Labels that were told apart by what is masked make one series.
    const lengths = secrets.map((secret) => secret.length);
    const pointsOf = (name: string) => metrics.find((metric) => metric.name === name)?.points;
    const attributes = { what: '****', session_token: '****', kind: 'letter' };
    const sum = lengths.reduce((one, other) => one + other);
    const [min, max] = [Math.min(...lengths), Math.max(...lengths)];
    expect(pointsOf('told')).toMatchObject([{ attributes, value: lengths.length }]);
    expect(pointsOf('lengths')).toMatchObject([{ attributes, count: lengths.length, sum, min, max }]);
    expect(pointsOf('heights')).toMatchObject([{ attributes, value: lengths.at(-1) }]);
  });
});
