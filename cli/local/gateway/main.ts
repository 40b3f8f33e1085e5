import { context } from '@opentelemetry/api';
import { readFileSync } from 'node:fs';
import { type AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { runMain } from '../../../runtime/process/run-main';
import { type Closing, serve } from '../../../runtime/process/serve';
import { buildLogger } from '../../../runtime/telemetry/log';
import { serveGatewayRequest } from '../../../runtime/telemetry/operations';
import { startTelemetry } from '../../../runtime/telemetry/start';
import { incomingContext } from '../../../runtime/telemetry/trace-context';
import { buildInstrumentation } from '../../../runtime/telemetry/with-span';
import { LOOPBACK } from '../addresses';
import { buildDemoModel } from '../demo-model/demo-model';
import { loadGatewayConfig } from './config';
import { buildGateway, type Trace } from './gateway';
import { withProviderAddresses } from './providers';

/** LiteLLM's own arguments, and one for the model behind it. */
const ARGUMENTS = {
  config: { type: 'string' },
  host: { type: 'string', default: LOOPBACK },
  port: { type: 'string', default: '4000' },
  'demo-model': { type: 'boolean', default: false },
} as const;

void runMain(async () => {
  const { values } = parseArgs({ options: ARGUMENTS });
  const config = loadGatewayConfig(readFileSync(values.config ?? '', 'utf8'), process.env);
  const name = process.env.OTEL_SERVICE_NAME ?? 'litellm';
  const telemetry = startTelemetry(process.env, name);
  const log = buildLogger({ name, level: 'INFO', export: telemetry.enabled });
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

  const demo = values['demo-model'] ? await startDemoModel() : undefined;
  const gateway = demo
    ? buildGateway({ config: withoutAddresses(config), upstream: demo.url, trace })
    : buildGateway({ config: withProviderAddresses(config), upstream: '', trace });
  const { host, port } = values;
  await serve(gateway, { host, port: Number(port), log, closing: [...(demo ? [demo] : []), telemetry] });
});

function withoutAddresses<C extends { models: readonly object[] }>(config: C): C {
  return { ...config, models: config.models.map((model) => ({ ...model, apiBase: undefined })) };
}

async function startDemoModel(): Promise<Closing & { url: string }> {
  const server = buildDemoModel();
  await server.listen({ host: LOOPBACK, port: 0 });
  const { port } = server.server.address() as AddressInfo;
  return { url: `http://${LOOPBACK}:${port}`, close: () => server.close() };
}
