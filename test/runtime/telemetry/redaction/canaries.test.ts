import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { buildLogger } from '../../../../runtime/telemetry/log';
import { Redactor } from '../../../../runtime/telemetry/redaction/redactor';
import { startTelemetry } from '../../../../runtime/telemetry/start';
import { readStream } from '../../../support/chat-stream';
import { startAgent, startToolServer } from '../../../support/in-process';
import { type OtlpBytes, takeOtlpBytes } from '../../../support/otlp-bytes';
import { asksFor, inTurn, startScriptedModel } from '../../../support/scripted-model';
import { chunk, DONE, usageChunk } from '../../../support/streamed-completion';

/** Said where nobody may see it unless content is asked for. */
const SAID = ['prompt', 'argument', 'result', 'answer', 'instruction'].map((where) => `canary-said-${where}`);
/** Never to be seen; put together here, so that nobody who looks for secrets finds one. */
const shaped = (where: string) => ['sk', `canary-shaped-${where}-0123456789`].join('-');
const own = (variable: string) => `canary-own-${variable}`;
const SECRETS = {
  MODEL_API_KEY: own('model'),
  PEER_AGENT_WORKER_API_KEY: own('peer'),
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${own('otlp')}`,
};
const PRIVATE = ['header', 'cookie', 'bearer'].map((where) => `canary-private-${where}`);
const [PROMPT, ARGUMENT, RESULT, ANSWER, INSTRUCTION] = SAID as [string, string, string, string, string];

describe.each([false, true])('with content of messages asked for: %s', (capturesContent) => {
  let sent: OtlpBytes;
  const stdout: string[] = [];

  beforeAll(async () => {
    const write = process.stdout.write.bind(process.stdout);
    const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text: string | Uint8Array) => {
      const isLine = String(text).startsWith('{"level"');
      if (isLine) stdout.push(String(text));
      return isLine || write(text);
    });
    sent = await takeOtlpBytes();
    const env = {
      ...SECRETS,
      OTEL_EXPORTER_OTLP_ENDPOINT: sent.url,
      OTEL_RESOURCE_ATTRIBUTES: `team=${shaped('resource')}`,
    };
    Object.assign(process.env, env);
    const redactor = new Redactor(process.env);
    const telemetry = startTelemetry(process.env, 'lead', redactor);
    await exercise(capturesContent);
    emitAll(redactor);
    await telemetry.close();
    await sent.close();
    for (const global of [trace, metrics, logs, context, propagation]) global.disable();
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    spy.mockRestore();
  });

  test('each signal was sent', () => {
    expect(sent.of('traces')).toContain('agent.agentic_loop');
    expect(sent.of('metrics')).toContain('kaos.requests');
    expect(sent.of('logs')).toContain('request answered');
    expect(stdout.join('')).toContain('request answered');
    for (const text of [sent.of('traces'), sent.of('metrics'), sent.of('logs'), stdout.join('')]) {
      expect(text).toContain('****');
    }
  });

  test('no byte of it is a secret', () => {
    expect(sent.text).not.toMatch(/canary-(shaped|own|private)/);
    expect(stdout.join('')).not.toMatch(/canary-(shaped|own|private)/);
  });

  test(`what is said is ${capturesContent ? 'in traces alone' : 'nowhere'}`, () => {
    for (const text of [sent.of('metrics'), sent.of('logs'), stdout.join('')]) {
      expect(text).not.toContain('canary-said');
    }
    const said = SAID.filter((canary) => sent.of('traces').includes(canary));
    expect(said).toEqual(capturesContent ? SAID : []);
  });
});

/** A request whose every part holds a canary that is a secret and one that is not. */
async function exercise(capturesContent: boolean): Promise<void> {
  const answer = `${ANSWER} ${shaped('answer')} ${own('model')}.`;
  const pieces = answer.match(/.{1,3}/g) ?? [];
  const model = await startScriptedModel((_request, index) =>
    index === 0
      ? asksFor(
          ['echo', { text: `${ARGUMENT} ${shaped('argument')}` }],
          ['fail', { text: shaped('argument') }],
          [`made-up-${shaped('tool')}`, {}],
          ['delegate_to_worker', { task: `${ARGUMENT} ${shaped('task')}` }],
        )
      : {
          events: [...pieces.map((content) => chunk({ content })), chunk({}, 'stop'), usageChunk(), DONE],
        },
  );
  const worker = await startScriptedModel(inTurn({ status: 500, body: `no: ${shaped('reply')}` }));
  const server = await startToolServer('search', {
    echo: tool({
      description: 'Says it again',
      input: z.object({ text: z.string() }),
      handler: ({ text }) => `${RESULT} ${text} ${shaped('result')} ${own('peer')}`,
    }),
    fail: tool({
      description: 'Fails',
      input: z.object({ text: z.string() }),
      handler: ({ text }) => Promise.reject(new Error(`no: ${text} ${shaped('exception')}`)),
    }),
  });
  const agent = await startAgent(
    {
      name: 'lead',
      instructions: `${INSTRUCTION} ${shaped('instruction')}`,
      modelUrl: model.url,
      modelApiKey: SECRETS.MODEL_API_KEY,
      model: 'gpt-4o',
      mcpServers: [{ name: 'search', url: server.url }],
      subAgents: [
        { name: 'worker', url: worker.url, protocol: 'openai', apiKey: SECRETS.PEER_AGENT_WORKER_API_KEY },
      ],
    },
    0,
    capturesContent,
  );
  const content = `${PROMPT} ${shaped('prompt')} ${own('otlp')}`;
  await readStream(
    agent.url,
    { messages: [{ role: 'user', content }] },
    { 'x-custom': `${PRIVATE[0]}`, cookie: `${PRIVATE[1]}`, authorization: `Bearer ${PRIVATE[2]}` },
  );
  await Promise.all([agent, server, worker, model].map((one) => one.close()));
}

/** What others may send by the same providers. */
function emitAll(redactor: Redactor): void {
  const attributes = { note: shaped('attribute'), cookie: 'canary-private-attribute', list: [own('model')] };
  const span = trace.getTracer('other').startSpan(`span ${shaped('name')}`, {
    attributes,
    links: [{ context: trace.getTracer('other').startSpan('linked').spanContext(), attributes }],
  });
  span.addEvent(`event ${shaped('event')}`, attributes);
  span.recordException(new Error(shaped('exception')));
  span.setStatus({ code: 2, message: own('otlp') });
  span.end();
  metrics.getMeter('other').createCounter('others').add(1, attributes);
  logs.getLogger('other').emit({ body: { text: shaped('body') }, attributes });
  const log = buildLogger({ name: 'lead', level: 'INFO', export: true, redactor });
  log.error(
    { err: new Error(shaped('log')), ...attributes },
    `failed with ${own('model')}\n${shaped('log')}`,
  );
}
