import { context } from '@opentelemetry/api';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError } from '../../../runtime/contract';
import { runMain } from '../../../runtime/process/run-main';
import { serve } from '../../../runtime/process/serve';
import { LineBatch } from '../../../runtime/telemetry/line-batch';
import { buildLogger } from '../../../runtime/telemetry/log';
import { serveGatewayRequest } from '../../../runtime/telemetry/operations';
import { Redactor } from '../../../runtime/telemetry/redaction/redactor';
import { startTelemetry } from '../../../runtime/telemetry/start';
import { incomingContext } from '../../../runtime/telemetry/trace-context';
import { buildInstrumentation } from '../../../runtime/telemetry/with-span';
import { LOOPBACK } from '../ports';
import { startDemoModel } from '../demo-model/start';
import { type GatewayConfig, loadGatewayConfig } from './config';
import { buildGateway, type Trace } from './gateway';
import { withProviderAddresses } from './providers';

/** LiteLLM's own arguments, and those for the models behind it. */
const ARGUMENTS = {
  config: { type: 'string' },
  host: { type: 'string', default: LOOPBACK },
  port: { type: 'string', default: '4000' },
  /** Puts the demo model in the place of every upstream … */
  'demo-model': { type: 'boolean', default: false },
  /** … but for these addresses, where something answers. */
  running: { type: 'string', multiple: true, default: [] as string[] },
  /** Instead of a configuration: names under which the demo model is served to everybody, as a hosted model is. */
  model: { type: 'string', multiple: true },
} as const;

void runMain(async () => {
  const { values } = parseArgs({ options: ARGUMENTS });
  const { host, model: hosted } = values;
  const config = hosted ? hostedConfig(hosted) : loadGatewayConfig(readConfig(values.config), process.env);
  const name = process.env.OTEL_SERVICE_NAME ?? (hosted ? 'ollama' : 'litellm');
  // What hosts models has no telemetry of its own.
  const telemetry = startTelemetry(hosted ? {} : process.env, name);
  const redactor = new Redactor(process.env);
  const log = buildLogger({
    name,
    level: 'INFO',
    export: telemetry.enabled,
    redactor,
    stdout: new LineBatch(process.stdout),
  });
  const { withSpan } = buildInstrumentation(name, log);

  const trace: Trace = (headers, model, work) =>
    context.with(incomingContext(headers), () =>
      withSpan(serveGatewayRequest(servedName(model)), async () => {
        const served = await work();
        log.info({ model: served.upstreamModel, status: served.status }, 'chat completion served');
        return served;
      }),
    );
  // What callers ask for is theirs to choose; what is not configured must not become an attribute.
  const servedName = (model: string) =>
    config.models.some((entry) => entry.name === model || entry.name.includes('*'))
      ? model.slice(0, 128)
      : 'unknown';

  const demo = hosted || values['demo-model'] ? await startDemoModel() : undefined;
  const gateway = demo
    ? buildGateway({ config: withAddressesOf(values.running, config), upstream: demo.url, trace })
    : buildGateway({ config: withProviderAddresses(config), upstream: '', trace });
  const closing = [...(demo ? [demo] : []), telemetry];
  await serve(gateway, { host, port: Number(values.port), log, closing });
});

function readConfig(path: string | undefined): string {
  if (path === undefined) throw new ConfigError(['--config is missing; give the path of a configuration']);
  return readFileSync(path, 'utf8');
}

function hostedConfig(names: readonly string[]): GatewayConfig {
  const models = names.map((name) => ({
    name,
    target: `openai/${name}`,
    apiBase: undefined,
    apiKey: undefined,
  }));
  return { models, masterKey: undefined, fallbacks: new Map() };
}

/** The configuration with no address but those where something answers. */
function withAddressesOf(running: readonly string[], config: GatewayConfig): GatewayConfig {
  const isRunning = (apiBase: string) => running.some((url) => new URL(url).host === new URL(apiBase).host);
  return {
    ...config,
    models: config.models.map((model) =>
      model.apiBase !== undefined && isRunning(model.apiBase) ? model : { ...model, apiBase: undefined },
    ),
  };
}
