/** What a workload needs to know to report its telemetry. */
export interface TelemetryTarget {
  /** Where OTLP goes by gRPC, with its scheme. */
  readonly endpoint: string;
  /** What the workload calls itself. */
  readonly service: string;
  /**
   * Namespace it runs in.
   * @default - left open: the manifests can be applied to any namespace
   */
  readonly namespace?: string;
}

/** What one component says of its telemetry, field by field in place of what its stack says. */
export interface TelemetryOverride {
  /**
   * Whether it reports at all.
   * @default - it does where a stack serves its scope, or an endpoint is given here
   */
  readonly enabled?: boolean;
  /**
   * Where OTLP goes by gRPC, with its scheme.
   * @default - the stack's
   */
  readonly endpoint?: string;
}

/** The OTEL_* variables of an agent or MCP server process; none without a target. */
export function processTelemetryEnv(target: TelemetryTarget | undefined): Record<string, string> {
  if (!target) return {};
  return {
    OTEL_SDK_DISABLED: 'false',
    OTEL_SERVICE_NAME: target.service,
    OTEL_EXPORTER_OTLP_ENDPOINT: target.endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_RESOURCE_ATTRIBUTES: resourceAttributes(target),
    // Our processes open no spans for probes; KAOS's own images need to be told.
    OTEL_PYTHON_FASTAPI_EXCLUDED_URLS: '/health,/ready',
    ...EXPORT_EACH_SECOND,
  };
}

/**
 * The OTEL_* variables of a LiteLLM proxy. Its two implementations read them in opposite order of precedence,
 * so there is one variable for the exporter and one for the endpoint. None without a target.
 */
export function gatewayTelemetryEnv(target: TelemetryTarget | undefined): Record<string, string> {
  if (!target) return {};
  return {
    OTEL_EXPORTER: 'otlp_grpc',
    OTEL_EXPORTER_OTLP_ENDPOINT: target.endpoint,
    OTEL_SERVICE_NAME: target.service,
    OTEL_RESOURCE_ATTRIBUTES: resourceAttributes(target),
    OTEL_PYTHON_EXCLUDED_URLS: '/health',
    ...EXPORT_EACH_SECOND,
  };
}

/** A process that is killed loses a second of telemetry, not the SDKs' five, and a trace is whole that much sooner. */
const EXPORT_EACH_SECOND = { OTEL_BSP_SCHEDULE_DELAY: '1000', OTEL_BLRP_SCHEDULE_DELAY: '1000' };

function resourceAttributes({ namespace, service }: TelemetryTarget): string {
  const attributes = [`kaos.resource.name=${service}`];
  return (namespace ? [`service.namespace=${namespace}`, ...attributes] : attributes).join(',');
}
