import { readFileSync } from 'node:fs';
import { hasItsSecrets } from '../needed-secrets';
import { ownBundle } from '../own-bundle';
import { LOOPBACK } from '../ports';
import { type Localization, type Start } from '../start-of';
import { type Workload } from '../workload';
import { withDemoProvider } from './litellm';
import { localizeCollectorConfig } from './otelcol';

/** LiteLLM itself, where it is here; without the keys of its providers the demo model is behind it. */
export function realGateway(
  workload: Workload,
  options: Localization,
  toLocal: (text: string) => string,
): Start | undefined {
  const { real, secrets, ports, demoModelUrl, binDirectory } = options;
  const config = argumentAfter(workload, '--config');
  if (real.litellm === undefined || config === undefined) return undefined;
  const file = toLocal(config);
  const isDemo = !hasItsSecrets(workload, secrets) && demoModelUrl !== undefined;
  const running = ports.urlsOf('modelapi');
  const text = readFileSync(file, 'utf8');
  return {
    command: [
      ...[...ownBundle(binDirectory, 'run-program.js'), real.litellm, '--config', file],
      ...['--host', LOOPBACK, '--port', String(ports.mainOf(workload))],
    ],
    isForeign: true,
    // What it would fetch at its start it has along.
    env: { LITELLM_LOCAL_MODEL_COST_MAP: 'True' },
    notes: ['LiteLLM', ...(isDemo ? ['demo model'] : [])],
    files: isDemo ? new Map([[file, withDemoProvider(text, { url: demoModelUrl, running })]]) : undefined,
  };
}

/** A collector itself, where one is here; what it exports comes to the receiver of this machine. */
export function realCollector(
  workload: Workload,
  { real, ports, otlp, binDirectory }: Localization,
  toLocal: (text: string) => string,
): Start | undefined {
  const [config] = workload.container.args.flatMap((arg) => arg.match(/^--config=(.+)$/)?.[1] ?? []);
  if (real.otelcol === undefined || config === undefined || !otlp) return undefined;
  const file = toLocal(config);
  const text = localizeCollectorConfig(readFileSync(file, 'utf8'), {
    host: LOOPBACK,
    portOf: (containerPort) => ports.of(workload, containerPort),
    backend: otlp,
    addressesOf: (hostname, port) => ports.addressesOf(hostname, port),
    pathOf: toLocal,
  });
  return {
    command: [...ownBundle(binDirectory, 'run-program.js'), real.otelcol, `--config=${file}`],
    isForeign: true,
    env: {},
    notes: ['OpenTelemetry Collector'],
    files: new Map([[file, text]]),
  };
}

function argumentAfter({ container }: Workload, name: string): string | undefined {
  const index = container.args.indexOf(name);
  return index < 0 ? undefined : container.args[index + 1];
}
