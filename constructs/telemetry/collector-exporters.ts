import { type SecretValue } from 'cdk8s-plus-28';
import { type Environment } from '../environment';
import { type OtlpExporter, type Signal } from './otlp-exporter';
import { byKey } from '../order';

/** The extension that keeps queues on a volume, and the bytes that each of them may take there. */
export interface QueueStorage {
  readonly extension: string;
  readonly bytes: number;
}

/** What an exporter is called in the collector's configuration. */
export function exporterKey({ name, protocol }: OtlpExporter): string {
  return `otlp_${protocol}/${name}`;
}

/** The exporters that take a signal, by the names they have in the configuration. */
export function exportersOf(exporters: readonly OtlpExporter[], signal: Signal): string[] {
  return exporters.filter(({ signals }) => signals.includes(signal)).map(exporterKey);
}

/** Exporters as the configuration has them, by name. */
export function exporterBlocks(
  exporters: readonly OtlpExporter[],
  storage: QueueStorage | undefined,
): Record<string, object> {
  return Object.fromEntries(
    exporters.map((exporter) => [exporterKey(exporter), exporterBlock(exporter, storage)]),
  );
}

/** The extensions that say who an exporter is, by name. */
export function authenticators(exporters: readonly OtlpExporter[]): Record<string, object> {
  return Object.fromEntries(
    exporters.flatMap(({ name, basicAuth }) => {
      if (!basicAuth) return [];
      const username = literal(basicAuth.username);
      return [
        [authenticatorKey(name), { client_auth: { username, password: reference(passwordVariable(name)) } }],
      ];
    }),
  );
}

/** The variables by which the values of Secrets reach the collector. */
export function exporterEnvironment(exporters: readonly OtlpExporter[]): Environment {
  return Object.fromEntries(
    secretsOf(exporters)
      .map(({ variable, value }) => [variable, value] as const)
      .sort(byKey),
  );
}

/** A variable that two secrets of different exporters or headers would share; undefined when each has its own. */
export function sharedVariable(exporters: readonly OtlpExporter[]): string | undefined {
  const variables = secretsOf(exporters).map(({ variable }) => variable);
  return variables.find((variable, index) => variables.indexOf(variable) !== index);
}

/** The collector replaces `${…}` in its configuration, and `$$` by `$`. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

function exporterBlock(exporter: OtlpExporter, storage: QueueStorage | undefined): object {
  const { name, protocol, endpoint, insecure, basicAuth } = exporter;
  const headers = headersOf(exporter);
  return {
    endpoint,
    ...(protocol === 'grpc' && { tls: { insecure } }),
    ...(basicAuth && { auth: { authenticator: authenticatorKey(name) } }),
    ...(Object.keys(headers).length > 0 && { headers }),
    // The batch processor is deprecated: exporters batch in their queue.
    sending_queue: {
      ...(storage
        ? { storage: storage.extension, sizer: 'bytes', queue_size: storage.bytes }
        : { queue_size: 1000 }),
      batch: { flush_timeout: '1s', sizer: 'items', min_size: 512, max_size: 2048 },
    },
    // What is on a volume outlives any outage, so there it is tried for ever; in memory it only makes room.
    retry_on_failure: { max_elapsed_time: storage ? '0s' : '10m' },
  };
}

function headersOf({ name, headers }: OtlpExporter): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([header, value]): [string, string] => [
        header,
        typeof value === 'string' ? literal(value) : reference(headerVariable(name, header)),
      ])
      .sort(byKey),
  );
}

function secretsOf(exporters: readonly OtlpExporter[]): { variable: string; value: SecretValue }[] {
  return exporters.flatMap(({ name, headers, basicAuth }) => [
    ...Object.entries(headers).flatMap(([header, value]) =>
      typeof value === 'string' ? [] : [{ variable: headerVariable(name, header), value }],
    ),
    ...(basicAuth ? [{ variable: passwordVariable(name), value: basicAuth.password }] : []),
  ]);
}

function authenticatorKey(exporter: string): string {
  return `basicauth/${exporter}`;
}

function passwordVariable(exporter: string): string {
  return `EXPORTER_${inVariable(exporter)}_PASSWORD`;
}

function headerVariable(exporter: string, header: string): string {
  return `EXPORTER_${inVariable(exporter)}_HEADER_${inVariable(header)}`;
}

function inVariable(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

function reference(variable: string): string {
  return `\${env:${variable}}`;
}
