import { Chart } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { Egress } from '../egress';
import { type ITelemetryStack, type OtlpProtocol } from './imported-telemetry';
import { SIGNALS } from './otlp-exporter';
import { attributeProblem, otlpUrlProblem, ratioProblem } from './telemetry-checks';
import { type TelemetryOverride, type TelemetryTarget } from './telemetry-env';
import { TelemetryStack } from '../telemetry-stack';
import { type Reporting } from '../workload/workload';

/** How a workload reports; undefined when it does not. Ask at synthesis. */
export function telemetryTarget(
  workload: IConstruct,
  override: TelemetryOverride = {},
): TelemetryTarget | undefined {
  const stack = TelemetryStack.of(workload);
  const protocol = protocolOf(stack, override);
  const endpoint = override.endpoint?.replace(/\/+$/, '') ?? stack?.urls[protocol];
  if (override.enabled === false || endpoint === undefined) return undefined;
  return {
    endpoint,
    protocol,
    service: workload.node.id,
    namespace: Chart.of(workload).namespace,
    // What another place takes is not known.
    signals: override.endpoint === undefined ? (stack?.signals ?? SIGNALS) : SIGNALS,
    sampleRatio: override.sampleRatio ?? stack?.sampleRatio,
    resourceAttributes: override.resourceAttributes ?? {},
    capturesContent: override.captureMessageContent ?? false,
  };
}

/** Where a workload's telemetry goes; undefined when it has none. Ask at synthesis. */
export function reportingOf(workload: IConstruct, override: TelemetryOverride = {}): Reporting | undefined {
  const target = telemetryTarget(workload, override);
  if (!target || !URL.canParse(target.endpoint)) return undefined;
  const stack = TelemetryStack.of(workload);
  const to = override.endpoint === undefined ? stack?.endpoint : Egress.toUrl(override.endpoint);
  const signals = override.endpoint === undefined ? (stack?.delivered ?? SIGNALS) : SIGNALS;
  return to && { to, port: portOf(target.endpoint), signals };
}

/** What is wrong with how a workload reports. Ask at synthesis. */
export function telemetryProblems(workload: IConstruct, override: TelemetryOverride = {}): string[] {
  const { enabled, endpoint, protocol, sampleRatio, resourceAttributes = {} } = override;
  const stack = TelemetryStack.of(workload);
  const isMissing = enabled === true && endpoint === undefined && !stack;
  const isUnspoken = endpoint === undefined && stack && stack.urls[protocolOf(stack, override)] === undefined;
  const isLost = override.captureMessageContent === true && !endpoint && stack?.keepsContent === false;
  return [
    isMissing && [
      'telemetry is enabled and has no endpoint',
      'give one, or declare a TelemetryStack in this scope',
    ],
    isUnspoken && [
      `telemetry.protocol is "${protocol}", and ${stack.node.path} takes "${stack.protocol}"`,
      'give the endpoint with it',
    ],
    isLost && [
      `telemetry.captureMessageContent is true, and ${stack.node.path} removes message content`,
      "set its messageContent to 'keep'",
    ],
    endpoint !== undefined && otlpUrlProblem(endpoint),
    ratioProblem(sampleRatio),
    attributeProblem(resourceAttributes),
  ].flatMap((problem) => (problem ? [problem.join('; ')] : []));
}

function protocolOf(
  stack: ITelemetryStack | undefined,
  { endpoint, protocol }: TelemetryOverride,
): OtlpProtocol {
  if (protocol) return protocol;
  return endpoint === undefined ? (stack?.protocol ?? 'grpc') : 'grpc';
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port || (protocol === 'http:' ? 80 : 443));
}
