import { type Environment } from '../environment';
import { type OtlpProtocol } from './imported-telemetry';
import { type Signal, SIGNALS } from './otlp-exporter';
import { byKey } from '../order';

/** What a workload needs to know to report its telemetry. */
export interface TelemetryTarget {
  /** Where OTLP goes, with its scheme. */
  readonly endpoint: string;
  /** How it is sent. */
  readonly protocol: OtlpProtocol;
  /** What the workload calls itself. */
  readonly service: string;
  /** Namespace it runs in; undefined where the manifests can be applied to any. */
  readonly namespace: string | undefined;
  /** What is taken there. */
  readonly signals: readonly Signal[];
  /** Part of the traces beginning here that are recorded; undefined for all. */
  readonly sampleRatio: number | undefined;
  /** Attributes of its resource beside those that follow from the rest. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  /** Whether what users, models and tools say is reported. */
  readonly capturesContent: boolean;
}

/** What one component says of its telemetry, field by field in place of what its stack says. */
export interface TelemetryOverride {
  /**
   * Whether it reports at all.
   * @default - it does where a stack serves its scope, or an endpoint is given here
   */
  readonly enabled?: boolean;
  /**
   * URL where OTLP is taken, such as `http://collector.monitoring.svc:4317`.
   * @default - the stack's
   */
  readonly endpoint?: string;
  /**
   * Protocol spoken there. A URL for HTTP is one to which `/v1/traces` and so on are added.
   * @default - the stack's where it has the endpoint, 'grpc' where one is given here
   */
  readonly protocol?: OtlpProtocol;
  /**
   * Part of the traces beginning here that are recorded, from 0 to 1. Others are as where they began.
   * @default - the stack's
   */
  readonly sampleRatio?: number;
  /**
   * Attributes of its resource beside `service.name`, `service.namespace` and `kaos.resource.name`.
   * @default - none
   */
  readonly resourceAttributes?: Readonly<Record<string, string>>;
  /**
   * Whether what users, models and tools say is reported. It stays in only if the stack's `messageContent` is 'keep'.
   * @default false
   */
  readonly captureMessageContent?: boolean;
}

/**
 * The OTEL_* variables of an agent or MCP server process; none without a target.
 *
 * @param identity attributes of its resource that say what was deployed
 */
export function processTelemetryEnv(
  target: TelemetryTarget | undefined,
  identity: Readonly<Record<string, string>> = {},
): Record<string, string> {
  if (!target) return {};
  return {
    OTEL_SDK_DISABLED: 'false',
    OTEL_SERVICE_NAME: target.service,
    OTEL_EXPORTER_OTLP_ENDPOINT: target.endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: target.protocol === 'grpc' ? 'grpc' : 'http/protobuf',
    OTEL_RESOURCE_ATTRIBUTES: resourceAttributes(target, identity),
    // Our processes open no spans for probes; KAOS's own images need to be told.
    OTEL_PYTHON_FASTAPI_EXCLUDED_URLS: '/health,/ready',
    ...withoutExporters(target.signals),
    ...(target.capturesContent && { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' }),
    ...commonEnv(target),
  };
}

/**
 * The OTEL_* variables of a LiteLLM proxy. Its two implementations read them in opposite order of precedence,
 * so there is one variable for the exporter and one for the endpoint. None without a target that takes traces: there
 * is nothing else that it reports.
 */
export function gatewayTelemetryEnv(
  target: TelemetryTarget | undefined,
  identity: Readonly<Record<string, string>> = {},
): Record<string, string> {
  if (!target || !takesTraces(target)) return {};
  return {
    OTEL_EXPORTER: target.protocol === 'grpc' ? 'otlp_grpc' : 'otlp_http',
    OTEL_EXPORTER_OTLP_ENDPOINT: target.endpoint,
    OTEL_SERVICE_NAME: target.service,
    OTEL_RESOURCE_ATTRIBUTES: resourceAttributes(target, identity),
    OTEL_PYTHON_EXCLUDED_URLS: '/health',
    ...commonEnv(target),
  };
}

/**
 * The label `job` that Prometheus makes of what a process with these variables says of itself; undefined where it
 * reports no metrics.
 */
export function metricsJob(env: Environment): string | undefined {
  const { OTEL_SDK_DISABLED, OTEL_METRICS_EXPORTER, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES } = env;
  if (OTEL_SDK_DISABLED !== 'false' || OTEL_METRICS_EXPORTER === 'none') return undefined;
  if (typeof OTEL_SERVICE_NAME !== 'string' || typeof OTEL_RESOURCE_ATTRIBUTES !== 'string') return undefined;
  const prefix = 'service.namespace=';
  const namespace = OTEL_RESOURCE_ATTRIBUTES.split(',').find((pair) => pair.startsWith(prefix));
  if (namespace === undefined) return OTEL_SERVICE_NAME;
  return `${decoded(namespace.slice(prefix.length))}/${OTEL_SERVICE_NAME}`;
}

/** Whether traces can be sent to a target at all. */
export function takesTraces(target: TelemetryTarget | undefined): boolean {
  return target?.signals.includes('traces') ?? false;
}

function commonEnv({ sampleRatio }: TelemetryTarget): Record<string, string> {
  return {
    ...(sampleRatio !== undefined && {
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: String(sampleRatio),
    }),
    // A process that is killed loses a second of telemetry, not the SDKs' five, and a trace is whole that much sooner.
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    OTEL_BLRP_SCHEDULE_DELAY: '1000',
  };
}

/** What is not taken is not sent: each attempt would fail, and be logged. */
function withoutExporters(signals: readonly Signal[]): Record<string, string> {
  const missing = SIGNALS.filter((signal) => !signals.includes(signal));
  return Object.fromEntries(missing.map((signal) => [`OTEL_${signal.toUpperCase()}_EXPORTER`, 'none']));
}

function resourceAttributes(
  { namespace, service, resourceAttributes: more }: TelemetryTarget,
  identity: Readonly<Record<string, string>>,
): string {
  const ours = {
    ...(namespace !== undefined && { 'service.namespace': namespace }),
    'kaos.resource.name': service,
    ...identity,
  };
  const others = Object.entries(more).sort(byKey);
  return Object.entries({ ...ours, ...Object.fromEntries(others) })
    .map(([name, value]) => `${name}=${encoded(value)}`)
    .join(',');
}

/** What a user gives that cannot be decoded is refused elsewhere. */
function decoded(value: string): string {
  return undecodable(value) ? value : decodeURIComponent(value);
}

/** Whether a percent sign in a text begins no character: SDKs then read none of the attributes. */
export function undecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return false;
  } catch {
    return true;
  }
}

/** Separators, spaces and what is not ASCII, in the form that SDKs decode. */
function encoded(value: string): string {
  return value.replace(/[^\w.\-/:@+]/gu, (character) => encodeURIComponent(character));
}
