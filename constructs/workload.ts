import { Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { oversize, type ConfigFiles } from './config-files';
import { pinned } from './images';
import { type Kind, objectLabels, selectorLabels } from './labels';
import { checkLength, duplicates, serviceHost } from './names';
import { podTemplate, type PodProps, type WorkloadPort } from './pod-template';

/** One container behind one Service. */
export interface WorkloadProps extends PodProps {
  readonly kind: Kind;
  /** Name of the resource, without its kind. */
  readonly name: string;
  /** Ports, first the one that others call. */
  readonly ports: readonly [WorkloadPort, ...WorkloadPort[]];
}

/** The ConfigMap, Deployment and Service that every part of a system is made of. */
export class Workload extends Construct {
  /** The Service in front of the pod. */
  readonly service: k8s.KubeService;
  /** Address of the first port, with neither path nor trailing slash. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: WorkloadProps) {
    super(scope, id);
    const name = checkLength(scope, `${props.kind}-${props.name}`);
    const labels = objectLabels(scope, props.kind, props.name);
    pinned(scope, props.image);

    if (props.config) this.addConfigMap(scope, props.config, labels);
    this.addDeployment({ name, labels }, props);
    this.service = this.addService({ name, labels }, props);
    this.url = `http://${serviceHost(scope, name)}:${props.ports[0].port}`;

    scope.node.addValidation({ validate: () => duplicates(this) });
  }

  private addConfigMap(scope: Construct, config: ConfigFiles, labels: Record<string, string>): void {
    new k8s.KubeConfigMap(this, 'config', {
      metadata: { name: checkLength(scope, config.name), labels },
      data: Lazy.any({ produce: config.data }),
    });
    scope.node.addValidation({ validate: () => oversize(config) });
  }

  private addDeployment(metadata: Metadata, props: WorkloadProps): void {
    new k8s.KubeDeployment(this, 'deployment', {
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: selectorLabels(props.kind, props.name) },
        strategy: {
          type: 'RollingUpdate',
          rollingUpdate: {
            maxSurge: k8s.IntOrString.fromNumber(1),
            maxUnavailable: k8s.IntOrString.fromNumber(0),
          },
        },
        template: podTemplate(metadata.labels, props),
      },
    });
  }

  private addService(metadata: Metadata, props: WorkloadProps): k8s.KubeService {
    return new k8s.KubeService(this, 'service', {
      metadata,
      spec: {
        type: 'ClusterIP',
        selector: selectorLabels(props.kind, props.name),
        ports: props.ports.map(({ name, port, appProtocol }) => ({
          name,
          port,
          protocol: 'TCP',
          targetPort: k8s.IntOrString.fromString(name),
          appProtocol,
        })),
      },
    });
  }
}

interface Metadata {
  readonly name: string;
  readonly labels: Record<string, string>;
}
