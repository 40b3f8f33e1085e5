import { execFile } from 'node:child_process';
import { OtlpExporter, TelemetryStack, type TelemetryStackProps } from '../../constructs';
import { OTELCOL } from '../components/collector';
import { mountedText } from './mounted-text';
import { containersOf, podTemplates } from './objects';
import { type Manifest, synth } from './synth';

/** A collector as manifests describe it. */
export interface DeclaredCollector {
  /** Name of its workload. */
  readonly name: string;
  /** Its configuration, in YAML. */
  readonly config: string;
  /** Its variables: those that a cluster, a node or a Secret fills in have a value that fits. */
  readonly env: Readonly<Record<string, string>>;
}

/** All collectors among manifests. */
export function collectorsIn(objects: readonly Manifest[]): DeclaredCollector[] {
  return podTemplates(objects).flatMap((pod) => {
    const [container] = containersOf(pod).filter(({ name }) => name === 'otel-collector');
    if (!container) return [];
    const [, file] = /^--config=(.+)$/.exec(container.args.join('\n')) ?? [];
    return [
      {
        name: pod.owner.metadata.name,
        config: mountedText(objects, pod, container, file ?? ''),
        env: Object.fromEntries(container.env.map((entry: Manifest) => [entry.name, valueOf(entry, pod)])),
      },
    ];
  });
}

/** The collectors of a stack, what samples before what deals out to it. Where nothing else is said it has one backend. */
export function collectorsOf(
  props: Partial<TelemetryStackProps>,
): readonly [DeclaredCollector, ...DeclaredCollector[]] {
  const exporters = [OtlpExporter.otlp({ endpoint: 'otlp.example.com:4317' })];
  const manifests = synth((scope) => new TelemetryStack(scope, 'telemetry', { exporters, ...props }));
  const [first, ...others] = collectorsIn(manifests).sort(
    (one, other) => other.name.length - one.name.length,
  );
  if (!first) throw new Error('the stack has no collector');
  return [first, ...others];
}

/** What a collector says of a configuration: nothing, when it would start with it. */
export function refusalOf({ config, env }: Omit<DeclaredCollector, 'name'>): Promise<string> {
  // Read from a variable: there is no file to clean up.
  const args = ['validate', '--config=env:TESTED_CONFIG'];
  return new Promise((resolve) => {
    execFile(OTELCOL, args, { env: { ...env, TESTED_CONFIG: config } }, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.trim();
      resolve(error && said === '' ? error.message : said);
    });
  });
}

function valueOf(
  { value, valueFrom }: Manifest,
  { owner, namespace }: { owner: Manifest; namespace: string },
) {
  if (value !== undefined) return value;
  switch (valueFrom.fieldRef?.fieldPath) {
    case undefined:
      return `value of ${valueFrom.secretKeyRef.key}`;
    case 'status.podIP':
      return '127.0.0.1';
    case 'metadata.name':
      return `${owner.metadata.name}-0`;
    case 'metadata.namespace':
      return namespace;
    default:
      throw new Error(`no collector is told its ${valueFrom.fieldRef.fieldPath}`);
  }
}
