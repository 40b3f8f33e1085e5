import { type IConstruct } from 'constructs';
import { sharedVariable } from './collector-exporters';
import { fail } from '../fail';
import { type OtlpExporter, type Signal, SIGNALS } from './otlp-exporter';
import { re2Problem } from './re2';
import { tailSamplingProblems } from './tail-sampling';
import { type TelemetryStackProps } from '../telemetry-stack';
import { greatestCount } from '../workload/pod-placement';
import { checkCounts } from '../numbers';
import { refuseSecretNames } from '../refuse-secrets';

/** What a header may be called. */
const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** What an attribute may be called, for it to be stated in a variable too. */
const ATTRIBUTE = /^[A-Za-z0-9_][A-Za-z0-9_.\-/]*$/;

/** A batch takes up to some MiB, and each queue has its part of the volume. */
const LEAST_QUEUE_KIBIBYTES = 64 * 1024;
/** SDKs throw all attributes away when one is longer. */
const LONGEST_VALUE = 255;

/** Refuses what a collector could not do. */
export function checkStack(scope: IConstruct, props: TelemetryStackProps): void {
  checkExporters(scope, props.exporters);
  checkSampling(scope, props);
  checkRatio(scope, props.sampleRatio);
  checkAttributes(scope, props.resourceAttributes ?? {});
  for (const pattern of props.redaction?.patterns ?? []) {
    const problem = re2Problem(pattern);
    if (problem) fail(scope, `the redaction pattern "${pattern}" ${problem}`, 'give one of RE2');
  }
  if (props.persistentQueue && props.persistentQueue.size.toKibibytes() < LEAST_QUEUE_KIBIBYTES) {
    fail(scope, 'persistentQueue.size is less than 64 MiB', 'give more, a batch takes up to some MiB');
  }
}

/** Refuses an address that OTLP cannot be sent to. */
export function checkOtlpUrl(scope: IConstruct, url: string): void {
  const problem = otlpUrlProblem(url);
  if (problem) fail(scope, ...problem);
}

/** What is wrong with the address that OTLP is sent to. */
export function otlpUrlProblem(url: string): [problem: string, fix: string] | undefined {
  const isUrl = /^https?:\/\//.test(url) && URL.canParse(url);
  if (isUrl && /:\d+(\/|$)/.test(url)) return undefined;
  return [`endpoint is "${url}"`, 'give a URL with its port, such as http://collector.monitoring.svc:4317'];
}

/** Refuses a list of signals that says nothing, or one thing twice. */
export function checkSignals(scope: IConstruct, of: string, signals: readonly Signal[]): void {
  if (signals.length === 0) fail(scope, `${of} takes no signals`, `give some of ${SIGNALS.join(', ')}`);
}

/** Refuses what is no part. */
export function checkRatio(scope: IConstruct, ratio: number | undefined): void {
  const problem = ratioProblem(ratio);
  if (problem) fail(scope, ...problem);
}

/** What is wrong with a part of traces. */
export function ratioProblem(ratio: number | undefined): [problem: string, fix: string] | undefined {
  if (ratio === undefined || (ratio >= 0 && ratio <= 1)) return undefined;
  return [`sampleRatio is ${ratio}`, 'give a number from 0 to 1'];
}

/** What is wrong with attributes. */
export function attributeProblem(
  attributes: Readonly<Record<string, string>>,
): [problem: string, fix: string] | undefined {
  const wrong = Object.keys(attributes).find((name) => !ATTRIBUTE.test(name));
  if (wrong !== undefined) {
    return [`a resource attribute is called "${wrong}"`, 'use letters, digits, ".", "_", "-" and "/"'];
  }
  const [long] = Object.entries(attributes).find(([, value]) => value.length > LONGEST_VALUE) ?? [];
  return long === undefined
    ? undefined
    : [`the resource attribute "${long}" is too long`, `give ${LONGEST_VALUE} characters at most`];
}

function checkAttributes(scope: IConstruct, attributes: Readonly<Record<string, string>>): void {
  const problem = attributeProblem(attributes);
  if (problem) fail(scope, ...problem);
}

function checkSampling(
  scope: IConstruct,
  { tailSampling, exporters, ...options }: TelemetryStackProps,
): void {
  if (!tailSampling) return;
  const { tracesInMemory, samplers } = tailSampling;
  checkCounts(scope, { 'tailSampling.tracesInMemory': tracesInMemory, 'tailSampling.samplers': samplers });
  tailSamplingProblems(tailSampling).forEach(([problem, fix]) => fail(scope, problem, fix));
  if (exporters.length > 0 && !exporters.some(({ signals }) => signals.includes('traces'))) {
    fail(scope, 'tailSampling is given and no exporter takes traces', 'leave it out');
  }
  if (samplers !== undefined && greatestCount(options) === 1) {
    fail(
      scope,
      `tailSampling.samplers is ${samplers} and the collector has one replica`,
      'leave it out, or give replicas',
    );
  }
}

function checkExporters(scope: IConstruct, exporters: readonly OtlpExporter[]): void {
  if (exporters.length === 0)
    fail(scope, 'exporters is empty', 'give at least one, such as OtlpExporter.signoz()');
  exporters.forEach((exporter, index) => {
    const { name } = exporter;
    if (!/^[a-z0-9][-_a-z0-9]*$/i.test(name)) {
      fail(scope, `an exporter is called "${name}"`, 'use letters, digits, "-" and "_"');
    }
    if (exporters.findIndex((other) => other.name === name) !== index) {
      fail(scope, `two exporters are called "${name}"`, 'give each a name of its own');
    }
    checkExporter(scope, exporter);
  });
  const shared = sharedVariable(exporters);
  if (shared) {
    fail(
      scope,
      `two secrets of exporters share the variable ${shared}`,
      'give exporters or headers other names',
    );
  }
}

function checkExporter(
  scope: IConstruct,
  { name, protocol, endpoint, signals, headers }: OtlpExporter,
): void {
  const [isRight, form] =
    protocol === 'grpc'
      ? [/^([-.\w]+|\[[0-9a-f:]+\]):\d{1,5}$/i.test(endpoint), 'host:port']
      : [/^https?:\/\//.test(endpoint) && URL.canParse(endpoint), 'an http or https URL'];
  if (!isRight) fail(scope, `the endpoint of exporter "${name}" is "${endpoint}"`, `give ${form}`);
  checkSignals(scope, `exporter "${name}"`, signals);
  refuseSecretNames(
    scope,
    `headers of exporter "${name}"`,
    headers,
    'put it in a Secret and give a SecretValue',
  );
  const wrong = Object.keys(headers).find((header) => !HEADER.test(header));
  if (wrong !== undefined) {
    fail(scope, `exporter "${name}" has a header "${wrong}"`, 'use letters, digits and "-"');
  }
}
