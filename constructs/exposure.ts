import { type Construct } from 'constructs';
import { addHttpRoute, type GatewayExposureProps, type PathSegment } from './exposure/http-route';
import { addIngress, type IngressExposureProps } from './exposure/ingress';
import { type Workload } from './workload/workload';

/** How clients outside the cluster reach an agent, a tool server or a gateway to models. */
export class Exposure {
  /**
   * Through a Gateway of the Gateway API.
   *
   * Renders an HTTPRoute called like the Service, and lets the Gateway's proxies call the pods.
   */
  static gateway(props: GatewayExposureProps): Exposure {
    return new Exposure(
      (scope, id, workload, segment) => addHttpRoute(scope, id, { workload, segment, ...props }),
      props.hostnames?.length ? props.hostnames : undefined,
    );
  }

  /**
   * By a host name of its own, through the cluster's Ingress controller.
   *
   * Renders an Ingress called like the Service, and lets the controller call the pods.
   */
  static ingress(props: IngressExposureProps): Exposure {
    return new Exposure((scope, id, workload) => addIngress(scope, id, { workload, ...props }), [props.host]);
  }

  private constructor(
    /** Renders what stands in front of a workload, and opens the workload to it. */
    readonly addTo: (scope: Construct, id: string, workload: Workload, segment: PathSegment) => void,
    /** Names that clients call; undefined when those are for a Gateway to know. */
    readonly hostnames: readonly string[] | undefined,
  ) {}
}
