import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { collectorsOf } from '../support/collectors';
import { Ends } from '../support/ends';
import { runGateway } from '../support/gateways';
import { postJson } from '../support/http';
import { describeWith } from '../support/real-parts';
import { runDeclared, startBackend } from '../support/running-collectors';
import { says, startScriptedModel } from '../support/scripted-model';

const KEY = ['sk', 'master-key-of-this-test'].join('-');
const PROVIDER_KEY = ['sk', 'provider-key-of-this-test'].join('-');
const ASKED = 'words that somebody asked';
const ANSWERED = 'words that the model answered';

/** Its answers to a failure are the provider's words; what those repeat of a question is not looked for here. */
describeWith(['LiteLLM', 'OpenTelemetry Collector'], 'LiteLLM that tells all it knows', () => {
  const ends = new Ends();
  afterAll(() => ends.meet());

  let written: string;

  beforeAll(async () => {
    const model = await startScriptedModel(({ messages }) =>
      JSON.stringify(messages).includes('fail')
        ? { status: 400, body: { error: { message: 'cannot do that', type: 'invalid_request_error' } } }
        : says(ANSWERED),
    );
    ends.add(() => model.close());
    const file = join(ends.directory(), 'received.jsonl');
    const backend = await startBackend('file', { path: file });
    ends.add(() => backend.stop());
    const [declared] = collectorsOf({});
    const collector = await runDeclared(declared, { backend }, ends);
    const gateway = await startGateway(`${model.url}/v1`, collector.ports.grpcUrl);
    for (const what of ['answer', 'fail']) {
      await postJson(
        `${gateway.url}/v1/chat/completions`,
        {
          model: 'fast',
          user: 'somebody@example.com',
          metadata: { note: ASKED },
          messages: [
            { role: 'system', content: ASKED },
            { role: 'user', content: `${ASKED}, ${what}` },
          ],
          tools: [{ type: 'function', function: { name: 'search', description: ASKED, parameters: {} } }],
        },
        { authorization: `Bearer ${KEY}` },
      );
    }
    // Each sends what it has before it ends.
    await gateway.program.stop();
    await collector.program.stop();
    await backend.stop();
    written = readFileSync(file, 'utf8');
  }, 60_000);

  function startGateway(modelUrl: string, otlpUrl: string) {
    const params = { model: 'openai/gpt-4o', api_base: modelUrl, api_key: 'os.environ/PROVIDER_KEY' };
    const config = stringify({
      model_list: [{ model_name: 'fast', litellm_params: params }],
      litellm_settings: { callbacks: ['otel'], num_retries: 0 },
      general_settings: { master_key: 'os.environ/LITELLM_MASTER_KEY' },
      callback_settings: { otel: { message_logging: true } },
    });
    const env = {
      LITELLM_MASTER_KEY: KEY,
      PROVIDER_KEY,
      OTEL_EXPORTER: 'otlp_grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
      OTEL_SERVICE_NAME: 'llm-proxy',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };
    return runGateway({ config, env }, ends);
  }

  test('has its say, with numbers of tokens', () => {
    for (const part of ['Received Proxy Server Request', 'raw_gen_ai_request', 'gen_ai.usage.input_tokens'])
      expect(written).toContain(part);
  });

  test.each([ASKED, ANSWERED, KEY, PROVIDER_KEY, 'somebody@example.com'])(
    'is not heard with "%s"',
    (text) => {
      const around = [...written.matchAll(new RegExp(`.{0,200}${text}`, 'g'))].map(([found]) => found);
      expect(around).toEqual([]);
    },
  );
});
