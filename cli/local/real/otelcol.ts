import { isMap, isSeq, parseDocument, type Document } from 'yaml';
import { UserError } from '../errors';

/** Where things are on this machine that a collector's configuration names by the cluster's words. */
export interface CollectorPlace {
  readonly host: string;
  /** The port here that stands for a container's port. */
  portOf(containerPort: number): number;
  /** Where backends are that cannot be reached from here: an OTLP receiver over gRPC, and one over HTTP. */
  readonly backend: { readonly grpcUrl: string; readonly httpUrl: string };
  /** `host:port` of each collector behind a name that a resolver asks for. */
  addressesOf(hostname: string, port: number): readonly string[];
  /** A path of the container, as it is here. */
  pathOf(path: string): string;
}

/** Without a cluster there is no API to ask, and the processor would not start. */
const CLUSTER_PROCESSORS = ['k8s_attributes'];

/** People at a laptop wait for a trace; those of one question are soon over. */
const DECISION_WAIT = '2s';

/**
 * Pure: a collector's configuration for this machine: it listens where it is told, sends to the backend that is here, and
 * does without what only a cluster has. What it does to telemetry is the same.
 *
 * @throws UserError when it is none
 */
export function localizeCollectorConfig(yamlText: string, place: CollectorPlace): string {
  const document = parseDocument(yamlText);
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw new UserError('the configuration of the collector is no YAML mapping; synthesize again');
  }
  moveListeners(document, place);
  for (const [name, exporter] of entriesOf(document, 'exporters'))
    moveExporter(document, name, exporter, place);
  dropProcessors(document);
  if (document.hasIn(['processors', 'tail_sampling']))
    document.setIn(['processors', 'tail_sampling', 'decision_wait'], DECISION_WAIT);
  moveStorage(document, place);
  return document.toString({ lineWidth: 0 });
}

/** The endpoints that others call, each `host:port`. */
const LISTENERS = [
  ['receivers', 'otlp', 'protocols', 'grpc', 'endpoint'],
  ['receivers', 'otlp', 'protocols', 'http', 'endpoint'],
  ['extensions', 'health_check', 'endpoint'],
];

function moveListeners(document: Document, { host, portOf }: CollectorPlace): void {
  for (const path of LISTENERS) {
    const endpoint = document.getIn(path);
    const [, port] = /:(\d+)$/.exec(String(endpoint)) ?? [];
    if (port !== undefined) document.setIn(path, `${host}:${portOf(Number(port))}`);
  }
  const readers = document.getIn(['service', 'telemetry', 'metrics', 'readers']);
  if (!isSeq(readers)) return;
  for (const [index] of readers.items.entries()) {
    const path = ['service', 'telemetry', 'metrics', 'readers', index, 'pull', 'exporter', 'prometheus'];
    if (!document.hasIn(path)) continue;
    document.setIn([...path, 'host'], host);
    document.setIn([...path, 'port'], portOf(Number(document.getIn([...path, 'port']))));
  }
}

function moveExporter(document: Document, name: string, exporter: unknown, place: CollectorPlace): void {
  const path = ['exporters', name];
  if (!isMap(exporter)) return;
  if (name.startsWith('load_balancing')) {
    const hostname = String(document.getIn([...path, 'resolver', 'dns', 'hostname']));
    const port = Number(document.getIn([...path, 'resolver', 'dns', 'port']));
    document.setIn([...path, 'resolver'], { static: { hostnames: [...place.addressesOf(hostname, port)] } });
    return;
  }
  const isHttp = name.startsWith('otlp_http');
  if (!isHttp && !name.startsWith('otlp_grpc')) return;
  const { grpcUrl, httpUrl } = place.backend;
  document.setIn([...path, 'endpoint'], isHttp ? httpUrl : new URL(grpcUrl).host);
  if (!isHttp) document.setIn([...path, 'tls'], { insecure: true });
  // Who the sender is goes to its own backend alone.
  for (const key of ['auth', 'headers']) document.deleteIn([...path, key]);
}

function dropProcessors(document: Document): void {
  const isDropped = (name: unknown) =>
    CLUSTER_PROCESSORS.some((type) => name === type || String(name).startsWith(`${type}/`));
  for (const [name] of entriesOf(document, 'processors'))
    if (isDropped(name)) document.deleteIn(['processors', name]);
  for (const [name, pipeline] of entriesOf(document, 'service', 'pipelines')) {
    const processors: unknown = isMap(pipeline) ? pipeline.toJSON().processors : undefined;
    if (!Array.isArray(processors)) continue;
    const kept = processors.filter((processor) => !isDropped(processor));
    document.setIn(['service', 'pipelines', name, 'processors'], kept);
  }
}

function moveStorage(document: Document, { pathOf }: CollectorPlace): void {
  for (const path of [
    ['extensions', 'file_storage', 'directory'],
    ['extensions', 'file_storage', 'compaction', 'directory'],
  ]) {
    const directory = document.getIn(path);
    if (typeof directory === 'string') document.setIn(path, pathOf(directory));
  }
}

function entriesOf(document: Document, ...path: string[]): [string, unknown][] {
  const node = document.getIn(path);
  return isMap(node) ? node.items.map(({ key, value }) => [String(key), value]) : [];
}
