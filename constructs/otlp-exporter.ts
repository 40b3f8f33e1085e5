/** Where an exporter sends to. */
export interface OtlpExporterProps {
  /** Where OTLP is taken by gRPC, as `host:port`. */
  readonly endpoint: string;
  /**
   * What the exporter is called in the collector's configuration, and so in its own metrics.
   * @default 'backend'
   */
  readonly name?: string;
  /**
   * Whether to send without TLS.
   * @default false
   */
  readonly insecure?: boolean;
}

/** Where SigNoz takes OTLP. */
export interface SigNozExporterProps {
  /**
   * Its collector, as `host:port`.
   * @default 'signoz-otel-collector.signoz.svc:4317' - SigNoz's Helm chart, as release and in namespace `signoz`
   */
  readonly endpoint?: string;
}

/** A place that a collector passes telemetry on to by OTLP over gRPC. */
export class OtlpExporter {
  /** Any backend that takes OTLP. */
  static otlp({ endpoint, name = 'backend', insecure = false }: OtlpExporterProps): OtlpExporter {
    return new OtlpExporter(name, endpoint, insecure);
  }

  /** SigNoz in the same cluster, without TLS. */
  static signoz({
    endpoint = 'signoz-otel-collector.signoz.svc:4317',
  }: SigNozExporterProps = {}): OtlpExporter {
    return new OtlpExporter('signoz', endpoint, true);
  }

  private constructor(
    /** What the exporter is called in the collector's configuration. */
    readonly name: string,
    /** Where it sends to, as `host:port`. */
    readonly endpoint: string,
    /** Whether it sends without TLS. */
    readonly insecure: boolean,
  ) {}
}
