import { type k8s } from 'cdk8s-plus-28';
import { NAMESPACE_LABEL } from './callers';
import { blockOf, isCidr } from './workload/ip-address';

/** Private, shared, link-local and host addresses: no model is there, but metadata services and other pods are. */
const NOT_PUBLIC = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
];

/** Where clouds have their metadata services, with a pod's credentials for the asking; no cluster has its API there. */
const METADATA_SERVICES = ['168.63.129.16/32', '169.254.0.0/16'];
const EVERYWHERE = '0.0.0.0/0';
/** Ports of the Kubernetes API, before and after its Service is resolved. */
const API_PORTS = [443, 6443];

/** Somewhere outside the graph of an app that a workload may call. */
export class Egress {
  /** Public addresses, on one port; never private ones or those of a cloud's metadata service. */
  static toInternet(port = 443): Egress {
    return new Egress([{ ipBlock: { cidr: EVERYWHERE, except: NOT_PUBLIC } }], [port]);
  }

  /**
   * A block of addresses.
   * @param ports all when none is given
   */
  static toCidr(cidr: string, ...ports: number[]): Egress {
    return new Egress([{ ipBlock: { cidr } }], ports, isCidr(cidr) ? undefined : `egress goes to "${cidr}"`);
  }

  /** The Kubernetes API at these addresses. That it may be anywhere leaves out the metadata services of clouds. */
  static toApiServer(cidrs: readonly string[]): Egress {
    const blocks = cidrs.map((cidr) =>
      cidr === EVERYWHERE ? { cidr, except: METADATA_SERVICES } : { cidr },
    );
    return new Egress(
      blocks.map((ipBlock) => ({ ipBlock })),
      API_PORTS,
    );
  }

  /**
   * All pods of a namespace.
   * @param ports of the pods, which may differ from their Service's; all when none is given
   */
  static toNamespace(namespace: string, ...ports: number[]): Egress {
    return new Egress([{ namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } } }], ports);
  }

  /**
   * Where a URL leads. The address of a Service leads to all pods of its namespace, because the port of the pods
   * behind it is not known, and a name without dots to those of the caller's own; an IP address leads there alone; any
   * other name to the public internet, on the URL's port.
   */
  static toUrl(url: string): Egress {
    if (!URL.canParse(url)) return new Egress([], [], `egress goes to "${url}"`);
    const { hostname, port, protocol } = new URL(url);
    return Egress.toHost(hostname, Number(port || (protocol === 'http:' ? 80 : 443)));
  }

  /** As `toUrl`, for what is called by host and port. */
  static toHost(host: string, port: number): Egress {
    const block = blockOf(host);
    if (block) return Egress.toCidr(block, port);
    if (!host.includes('.')) return new Egress([{ podSelector: {} }], []);
    const [, namespace] = /^[^.]+\.([^.]+)\.svc(\.|$)/.exec(host) ?? [];
    return namespace ? Egress.toNamespace(namespace) : Egress.toInternet(port);
  }

  private constructor(
    /** How a NetworkPolicy selects the places. */
    readonly peers: readonly k8s.NetworkPolicyPeer[],
    /** Ports there; none stands for all. */
    readonly ports: readonly number[],
    /** What is wrong with what was given. */
    readonly problem?: string,
  ) {}
}
