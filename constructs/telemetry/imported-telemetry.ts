import { Construct, type IConstruct } from 'constructs';
import { type Egress } from '../egress';
import { type Signal, SIGNALS } from './otlp-exporter';
import { type Workload } from '../workload/workload';

/** How OTLP is sent. */
export type OtlpProtocol = 'grpc' | 'http';

/** A collector that everything in its scope reports to. */
export interface ITelemetryStack extends IConstruct {
  /** Where OTLP is taken, for each protocol that it is taken by. */
  readonly urls: Readonly<Partial<Record<OtlpProtocol, string>>>;
  /** Protocol of those that ask for none. */
  readonly protocol: OtlpProtocol;
  /** What it takes. */
  readonly signals: readonly Signal[];
  /** What of it it passes on, as far as this app knows. */
  readonly delivered: readonly Signal[];
  /** Part of traces that are recorded where they begin; undefined for all. */
  readonly sampleRatio: number | undefined;
  /** Whether what users, models and tools said stays in what it passes on; undefined when nobody here knows. */
  readonly keepsContent: boolean | undefined;
  /** What a sender's network policy has to let it reach. */
  readonly endpoint: Workload | Egress;
}

/** What is known of a collector that somebody else runs. */
interface ImportedTelemetryProps extends Pick<
  ITelemetryStack,
  'endpoint' | 'protocol' | 'sampleRatio' | 'signals'
> {
  readonly url: string;
}

/** A collector that somebody else runs. */
export class ImportedTelemetry extends Construct implements ITelemetryStack {
  readonly urls: ITelemetryStack['urls'];
  readonly protocol: OtlpProtocol;
  readonly signals: readonly Signal[];
  readonly delivered: readonly Signal[];
  readonly sampleRatio: number | undefined;
  readonly keepsContent = undefined;
  readonly endpoint: Workload | Egress;

  constructor(scope: Construct, id: string, props: ImportedTelemetryProps) {
    super(scope, id);
    this.urls = { [props.protocol]: props.url.replace(/\/+$/, '') };
    this.protocol = props.protocol;
    this.signals = SIGNALS.filter((signal) => props.signals.includes(signal));
    this.delivered = this.signals;
    this.sampleRatio = props.sampleRatio;
    this.endpoint = props.endpoint;
  }
}
