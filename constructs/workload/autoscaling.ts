import { Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { ScaledObject } from '../../imports/keda.sh';
import { fail } from '../fail';
import { metricsJob } from '../telemetry/telemetry-env';
import { type Workload } from './workload';
import { checkCounts, isCount } from '../numbers';

/** Between which numbers of pods a workload moves. */
export interface AutoscalingProps {
  /**
   * A whole number, 1 or more.
   * @default 1
   */
  readonly minReplicas?: number;
  /** A whole number, not less than `minReplicas`. */
  readonly maxReplicas: number;
}

/** What follows the CPU that pods use. */
export interface CpuAutoscalingProps extends AutoscalingProps {
  /**
   * Per cent of the CPU requested that pods are to use on average.
   * @default 70
   */
  readonly targetUtilization?: number;
}

/** What follows the requests that an agent gets. */
export interface RequestAutoscalingProps extends AutoscalingProps {
  /** Requests per minute that one pod is to get. A whole number, 1 or more. */
  readonly requestsPerMinute: number;
  /** URL of the Prometheus that has the metric `kaos.requests`, under its name there, `kaos_requests_total`. */
  readonly prometheusUrl: string;
}

type Signal =
  | { readonly kind: 'cpu'; readonly targetUtilization: number }
  | { readonly kind: 'requests'; readonly requestsPerMinute: number; readonly prometheusUrl: string };

/** How the number of a workload's pods follows its load. */
export class Autoscaling {
  /** By the CPU that pods use: a HorizontalPodAutoscaler, which needs the cluster's metrics server. */
  static cpu({ targetUtilization = 70, ...range }: CpuAutoscalingProps): Autoscaling {
    return new Autoscaling(range, { kind: 'cpu', targetUtilization });
  }

  /**
   * By the requests that an agent gets, which say more than CPU about a process that waits for models: a KEDA
   * ScaledObject, which needs KEDA in the cluster and a Prometheus that agents' metrics end up in.
   */
  static requests({ requestsPerMinute, prometheusUrl, ...range }: RequestAutoscalingProps): Autoscaling {
    return new Autoscaling(range, { kind: 'requests', requestsPerMinute, prometheusUrl });
  }

  /** Least number of pods. */
  readonly minReplicas: number;
  /** Greatest number of pods. */
  readonly maxReplicas: number;

  private constructor(
    { minReplicas = 1, maxReplicas }: AutoscalingProps,
    private readonly signal: Signal,
  ) {
    this.minReplicas = minReplicas;
    this.maxReplicas = maxReplicas;
  }

  /** Renders the scaler of a workload, called like it. */
  addTo(scope: Construct, workload: Workload, target: { apiVersion: string; kind: string }): void {
    this.check(workload);
    const metadata = {
      name: workload.name,
      labels: workload.labels,
      annotations: workload.annotationsAfter(),
    };
    if (this.signal.kind === 'cpu') {
      this.addCpuScaler(scope, metadata, target, this.signal.targetUtilization);
    } else {
      this.addRequestScaler(scope, metadata, target, this.signal, workload);
    }
  }

  private addCpuScaler(
    scope: Construct,
    metadata: Metadata,
    { apiVersion, kind }: { apiVersion: string; kind: string },
    averageUtilization: number,
  ): void {
    new k8s.KubeHorizontalPodAutoscalerV2(scope, 'autoscaler', {
      metadata,
      spec: {
        scaleTargetRef: { apiVersion, kind, name: metadata.name },
        minReplicas: this.minReplicas,
        maxReplicas: this.maxReplicas,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
          },
        ],
      },
    });
  }

  private addRequestScaler(
    scope: Construct,
    metadata: Metadata,
    { apiVersion, kind }: { apiVersion: string; kind: string },
    { requestsPerMinute, prometheusUrl }: Extract<Signal, { kind: 'requests' }>,
    workload: Workload,
  ): void {
    new ScaledObject(scope, 'autoscaler', {
      metadata,
      spec: {
        scaleTargetRef: { apiVersion, kind, name: metadata.name },
        minReplicaCount: this.minReplicas,
        maxReplicaCount: this.maxReplicas,
        triggers: [
          {
            type: 'prometheus',
            metadata: {
              serverAddress: prometheusUrl,
              // Known when the app is complete, as is where the agent reports to.
              query: Lazy.any({ produce: () => requestsPerMinuteOf(workload) }) as string,
              threshold: String(requestsPerMinute),
            },
          },
        ],
      },
    });
  }

  private check(workload: Workload): void {
    const scope = workload.owner;
    const { minReplicas, maxReplicas, signal } = this;
    checkCounts(scope, { minReplicas });
    if (!isCount(maxReplicas) || maxReplicas < minReplicas) {
      fail(scope, `maxReplicas is ${maxReplicas}`, `give a whole number, ${minReplicas} or more`);
    }
    if (signal.kind === 'cpu') {
      const { targetUtilization } = signal;
      const isPercentage = isCount(targetUtilization) && targetUtilization <= 100;
      if (!isPercentage)
        fail(scope, `targetUtilization is ${targetUtilization}`, 'give per cent from 1 to 100');
      return;
    }
    if (workload.kind === 'agent') scope.node.addValidation({ validate: () => unreported(workload) });
    else fail(scope, 'autoscaling follows requests', 'only agents count them, use Autoscaling.cpu');
    checkCounts(scope, { requestsPerMinute: signal.requestsPerMinute });
    if (!/^https?:/.test(signal.prometheusUrl) || !URL.canParse(signal.prometheusUrl)) {
      fail(scope, `prometheusUrl is "${signal.prometheusUrl}"`, 'give an http or https URL');
    }
  }
}

interface Metadata {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

function requestsPerMinuteOf({ environment }: Workload): string {
  const job = JSON.stringify(metricsJob(environment) ?? '');
  return `60 * sum(rate(kaos_requests_total{job=${job}}[2m]))`;
}

/** A number that nobody reports is none to scale by. */
function unreported({ reporting, environment }: Workload): string[] {
  if (reporting?.signals.includes('metrics') && metricsJob(environment) !== undefined) return [];
  return [
    'autoscaling follows requests, and its metrics are reported to nobody; ' +
      'declare a TelemetryStack with an exporter that takes metrics, or use Autoscaling.cpu',
  ];
}
