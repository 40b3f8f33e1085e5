import { type ISecret, k8s } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { fail } from './fail';

/** DNS name of a host, as an Ingress rule takes it. */
const HOST = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;

/** What an Ingress needs to know. */
export interface IngressExposureProps {
  /** Name that clients call, such as `research.example.com`. */
  readonly host: string;
  /**
   * Class of the controller that is to serve it.
   * @default - the cluster's default class
   */
  readonly ingressClassName?: string;
  /**
   * Secret with certificate and key for the host.
   * @default - none: plain HTTP, as far as this object is concerned
   */
  readonly tlsSecret?: ISecret;
}

/** How clients outside the cluster reach an agent. */
export class Exposure {
  /** By a host name of its own, through the cluster's Ingress controller. */
  static ingress(props: IngressExposureProps): Exposure {
    return new Exposure(props);
  }

  private constructor(private readonly props: IngressExposureProps) {}

  /** Renders the Ingress in front of a Service, called like it. */
  addTo(scope: Construct, id: string, service: k8s.KubeService): void {
    const { host, ingressClassName, tlsSecret } = this.props;
    if (!HOST.test(host))
      fail(scope, `the host of expose is "${host}"`, 'give a name such as research.example.com');
    const { name } = service;
    new k8s.KubeIngress(scope, id, {
      metadata: { name, labels: service.metadata.toJson().labels },
      spec: {
        ingressClassName,
        tls: tlsSecret && [{ hosts: [host], secretName: tlsSecret.name }],
        rules: [
          {
            host,
            http: {
              paths: [
                { path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: 'http' } } } },
              ],
            },
          },
        ],
      },
    });
  }
}
