import { join } from 'node:path';
import { isMap, parseDocument, stringify } from 'yaml';
import { claimPort, LOOPBACK } from '../../cli/local/ports';
import { localizeCollectorConfig } from '../../cli/local/real/otelcol';
import { COLLECTOR_PORTS } from '../../constructs/telemetry/collector-ports';
import { OTELCOL } from '../components/collector';
import { type DeclaredCollector } from './collectors';
import { type Ends } from './ends';
import { Program } from './program';

/** Where OTLP is taken. */
export interface OtlpUrls {
  readonly grpcUrl: string;
  readonly httpUrl: string;
}

/** The ports that a collector of ours listens on, by the port that it has in a cluster. */
export interface CollectorPorts extends OtlpUrls {
  of(containerPort: number): number;
  /** Address of its own metrics, as `host:port`. */
  readonly metrics: string;
  release(): void;
}

/** Ports that are nobody else's until they are released. */
export async function claimCollectorPorts(): Promise<CollectorPorts> {
  const claims = new Map<number, Awaited<ReturnType<typeof claimPort>>>();
  for (const port of Object.values(COLLECTOR_PORTS)) claims.set(port, await claimPort());
  const of = (containerPort: number) => claims.get(containerPort)?.port ?? 0;
  return {
    of,
    grpcUrl: `http://${LOOPBACK}:${of(COLLECTOR_PORTS['otlp-grpc'])}`,
    httpUrl: `http://${LOOPBACK}:${of(COLLECTOR_PORTS['otlp-http'])}`,
    metrics: `${LOOPBACK}:${of(COLLECTOR_PORTS.metrics)}`,
    release: () => claims.forEach((claim) => claim.release()),
  };
}

/** What a collector of ours finds around it. */
export interface Surroundings {
  readonly ports: CollectorPorts;
  /** Where all of its exporters send to. */
  readonly backend: OtlpUrls;
  /** Where its volume is. */
  readonly directory: string;
  /** The collectors that it deals traces out to. */
  readonly samplers?: readonly CollectorPorts[];
}

/**
 * Starts a collector of a stack, changed by nothing but what `kaos up --real` changes, and by how often it reports what it
 * counts; settles when it takes telemetry.
 */
export async function startDeclared(
  { config, env }: DeclaredCollector,
  { ports, backend, directory, samplers = [] }: Surroundings,
): Promise<Program> {
  const local = localizeCollectorConfig(config, {
    host: LOOPBACK,
    portOf: (port) => ports.of(port),
    backend,
    addressesOf: (_, port) => samplers.map((sampler) => `${LOOPBACK}:${sampler.of(port)}`),
    pathOf: (path) => join(directory, path),
  });
  return startWith(hurried(local), env);
}

/** As `startDeclared`, with ports and a volume of its own, until the tests are over. */
export async function runDeclared(
  declared: DeclaredCollector,
  place: Omit<Surroundings, 'ports' | 'directory'>,
  ends: Ends,
): Promise<{ readonly program: Program; readonly ports: CollectorPorts }> {
  const ports = await claimCollectorPorts();
  ends.add(() => ports.release());
  const program = await startDeclared(declared, { ...place, ports, directory: ends.directory() });
  ends.add(() => program.stop());
  return { program, ports };
}

/** Connectors report once a minute. */
function hurried(config: string): string {
  const document = parseDocument(config);
  const connectors = document.get('connectors');
  for (const name of ['span_metrics', 'servicegraph'])
    if (isMap(connectors) && connectors.has(name))
      document.setIn(['connectors', name, 'metrics_flush_interval'], '500ms');
  return document.toString({ lineWidth: 0 });
}

/** A backend: a collector that has all that it takes in one exporter. */
export interface Backend extends OtlpUrls {
  /** Ends it, once it has exported what it has. */
  stop(): Promise<void>;
}

/** Starts a backend, for what a collector can export to beside OTLP. */
export async function startBackend(
  name: string,
  exporter: object,
  signals = ['traces', 'metrics', 'logs'],
): Promise<Backend> {
  const ports = await claimCollectorPorts();
  const address = (port: number) => ({ endpoint: `${LOOPBACK}:${ports.of(port)}` });
  const protocols = {
    grpc: address(COLLECTOR_PORTS['otlp-grpc']),
    http: address(COLLECTOR_PORTS['otlp-http']),
  };
  const pipeline = { receivers: ['otlp'], exporters: [name] };
  const config = {
    receivers: { otlp: { protocols } },
    exporters: { [name]: exporter },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: Object.fromEntries(signals.map((signal) => [signal, pipeline])),
    },
  };
  const program = await startWith(stringify(config));
  const stop = async () => {
    await program.stop();
    ports.release();
  };
  return { grpcUrl: ports.grpcUrl, httpUrl: ports.httpUrl, stop };
}

/** Settles once a collector with that configuration takes telemetry. */
export async function startWith(
  config: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const program = new Program(OTELCOL, ['--config=env:TESTED_CONFIG'], { ...env, TESTED_CONFIG: config });
  await program.printed(/Everything is ready/);
  return program;
}
