import { type SecretValue } from 'cdk8s-plus-28';
import { Egress } from '../egress';

/** What telemetry consists of. */
export type Signal = 'traces' | 'metrics' | 'logs';

/** All that telemetry consists of. */
export const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];

/** What every exporter can be told. */
interface CommonExporterProps {
  /**
   * What the exporter is called in the collector's configuration, and so in its own metrics.
   * @default 'backend'
   */
  readonly name?: string;
  /**
   * Headers of every request. What is secret in them is given by reference, and reaches the collector as a variable.
   * @default - none
   */
  readonly headers?: Readonly<Record<string, string | SecretValue>>;
  /**
   * What the backend takes; it is never sent anything else.
   * @default - all three
   */
  readonly signals?: readonly Signal[];
  /**
   * Where it is, for the firewall.
   * @default - what its endpoint says, see `Egress.toUrl`
   */
  readonly egress?: Egress;
}

/** A backend that takes OTLP by gRPC. */
export interface OtlpGrpcExporterProps extends CommonExporterProps {
  /** @default 'grpc' */
  readonly protocol?: 'grpc';
  /** Where it takes OTLP, as `host:port`. */
  readonly endpoint: string;
  /**
   * Whether to send without TLS.
   * @default false
   */
  readonly insecure?: boolean;
}

/** A backend that takes OTLP by HTTP. */
export interface OtlpHttpExporterProps extends CommonExporterProps {
  readonly protocol: 'http';
  /** URL to which `/v1/traces`, `/v1/metrics` and `/v1/logs` are added; its scheme says whether to use TLS. */
  readonly endpoint: string;
}

/** Where an exporter sends to. */
export type OtlpExporterProps = OtlpGrpcExporterProps | OtlpHttpExporterProps;

/** A backend in the same cluster. */
export interface InClusterExporterProps {
  /**
   * Where it takes OTLP by gRPC, as `host:port`.
   * @default - the address that the backend has when its own charts or manifests install it
   */
  readonly endpoint?: string;
  /**
   * Where it is, for the firewall.
   * @default - what its endpoint says, see `Egress.toUrl`
   */
  readonly egress?: Egress;
}

/** An account of SigNoz Cloud. */
export interface SigNozCloudExporterProps {
  /** Where the account's data is kept. */
  readonly region: 'us' | 'eu' | 'in';
  /** Its ingestion key. */
  readonly ingestionKey: SecretValue;
}

/** A project of Uptrace. */
export interface UptraceExporterProps extends InClusterExporterProps {
  /** Says which project, and that one may write to it. */
  readonly dsn: SecretValue;
}

/** A stack of Grafana Cloud. */
export interface GrafanaCloudExporterProps {
  /** Zone of its OTLP gateway, such as `prod-eu-west-0`. */
  readonly zone: string;
  /** Number of the instance: the user name of its OTLP endpoint. */
  readonly instanceId: string;
  /** Token of an access policy that may write metrics, logs and traces. */
  readonly token: SecretValue;
}

/** User and password of every request, when a backend asks for them. */
export interface BasicAuth {
  readonly username: string;
  readonly password: SecretValue;
}

/** A place that a collector passes telemetry on to by OTLP. */
export class OtlpExporter {
  /** Any backend that takes OTLP. */
  static otlp(props: OtlpExporterProps): OtlpExporter {
    const protocol = props.protocol ?? 'grpc';
    const insecure = props.protocol !== 'http' && (props.insecure ?? false);
    return new OtlpExporter({ ...props, name: props.name ?? 'backend', protocol, insecure });
  }

  /**
   * SigNoz: in the same cluster, without TLS and by default where its Helm chart puts it as release and in namespace
   * `signoz`; or an account of SigNoz Cloud.
   */
  static signoz(props: InClusterExporterProps | SigNozCloudExporterProps = {}): OtlpExporter {
    if ('region' in props) {
      const headers = { 'signoz-ingestion-key': props.ingestionKey };
      const endpoint = `ingest.${props.region}.signoz.cloud:443`;
      return new OtlpExporter({ name: 'signoz', protocol: 'grpc', endpoint, insecure: false, headers });
    }
    return OtlpExporter.inCluster('signoz', props.endpoint ?? 'signoz-otel-collector.signoz.svc:4317', {
      egress: props.egress,
    });
  }

  /** Jaeger in the same cluster, without TLS, by default as Service and in namespace `jaeger`. It takes traces alone. */
  static jaeger({ endpoint = 'jaeger.jaeger.svc:4317', egress }: InClusterExporterProps = {}): OtlpExporter {
    return OtlpExporter.inCluster('jaeger', endpoint, { signals: ['traces'], egress });
  }

  /** Uptrace in the same cluster, without TLS, by default where its Helm chart puts it in namespace `uptrace`. */
  static uptrace({ endpoint = 'uptrace.uptrace.svc:4317', dsn, egress }: UptraceExporterProps): OtlpExporter {
    return OtlpExporter.inCluster('uptrace', endpoint, { headers: { 'uptrace-dsn': dsn }, egress });
  }

  /** A stack of Grafana Cloud, by HTTP. */
  static grafanaCloud({ zone, instanceId, token }: GrafanaCloudExporterProps): OtlpExporter {
    return new OtlpExporter({
      name: 'grafana-cloud',
      protocol: 'http',
      endpoint: `https://otlp-gateway-${zone}.grafana.net/otlp`,
      insecure: false,
      basicAuth: { username: instanceId, password: token },
    });
  }

  /** Grafana's image for trying things out, `grafana/otel-lgtm`, without TLS, by default as its manifest names it. */
  static lgtm({ endpoint = 'lgtm.default.svc:4317', egress }: InClusterExporterProps = {}): OtlpExporter {
    return OtlpExporter.inCluster('lgtm', endpoint, { egress });
  }

  private static inCluster(
    name: string,
    endpoint: string,
    more: Pick<CommonExporterProps, 'egress' | 'headers' | 'signals'> = {},
  ): OtlpExporter {
    return new OtlpExporter({ name, protocol: 'grpc', endpoint, insecure: true, ...more });
  }

  /** What the exporter is called in the collector's configuration. */
  readonly name: string;
  /** How it sends. */
  readonly protocol: 'grpc' | 'http';
  /** Where it sends to: `host:port` by gRPC, a URL by HTTP. */
  readonly endpoint: string;
  /** Whether it sends without TLS by gRPC; by HTTP its endpoint says so. */
  readonly insecure: boolean;
  /** What it sends. */
  readonly signals: readonly Signal[];
  /** Headers of every request. */
  readonly headers: Readonly<Record<string, string | SecretValue>>;
  /** Who it says it is, if the backend asks. */
  readonly basicAuth: BasicAuth | undefined;

  /** What a network policy has to let the collector reach. */
  readonly egress: Egress;

  private constructor(settings: ExporterSettings) {
    this.name = settings.name;
    this.protocol = settings.protocol;
    this.endpoint = settings.endpoint;
    this.insecure = settings.insecure;
    this.signals = SIGNALS.filter((signal) => (settings.signals ?? SIGNALS).includes(signal));
    this.headers = { ...settings.headers };
    this.basicAuth = settings.basicAuth;
    this.egress =
      settings.egress ??
      Egress.toOwnedUrl(this.protocol === 'http' ? this.endpoint : `otlp://${this.endpoint}`);
  }
}

/** What an exporter is made of. */
interface ExporterSettings extends Pick<CommonExporterProps, 'egress' | 'headers' | 'signals'> {
  readonly name: string;
  readonly protocol: 'grpc' | 'http';
  readonly endpoint: string;
  readonly insecure: boolean;
  readonly basicAuth?: BasicAuth;
}
