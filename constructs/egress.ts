import { type k8s } from 'cdk8s-plus-28';
import { NAMESPACE_LABEL } from './callers';
import { isDnsLabel, LABEL_FIX } from './dns-names';
import { isPort } from './numbers';
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

/** Names such as `redis.data` and `example.com`. */
const TWO_PARTS = /^[^.]+\.[^.]+$/;

/** Somewhere outside the graph of an app that a workload may call. */
export class Egress {
  /** Public addresses, on one port; never private ones or those of a cloud's metadata service. */
  static toInternet(port = 443): Egress {
    return new Egress(
      [{ ipBlock: { cidr: EVERYWHERE, except: NOT_PUBLIC } }],
      [port],
      ...portProblem([port]),
    );
  }

  /**
   * A block of addresses.
   * @param ports all when none is given
   */
  static toCidr(cidr: string, ...ports: number[]): Egress {
    return new Egress(
      [{ ipBlock: { cidr } }],
      ports,
      ...(isCidr(cidr) ? portProblem(ports) : [`egress goes to "${cidr}"`]),
    );
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
    const peer = { namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } } };
    const problem: [problem?: string, fix?: string] = isDnsLabel(namespace)
      ? portProblem(ports)
      : [`egress goes to the namespace "${namespace}"`, LABEL_FIX];
    return new Egress([peer], ports, ...problem);
  }

  /**
   * Where a URL leads. The address of a Service leads to all pods of its namespace, because the port of the pods
   * behind it is not known, and a name without dots to those of the caller's own; an IP address leads there alone; any
   * other name to the public internet, on the URL's port. A name of two parts may be both, a Service and its namespace
   * or a domain: it is refused, but for `https`, by which Services are rarely called.
   */
  static toUrl(url: string): Egress {
    if (!URL.canParse(url)) return new Egress([], [], `egress goes to "${url}"`);
    const { hostname, port, protocol } = new URL(url);
    const number = Number(port || (protocol === 'http:' ? 80 : 443));
    const isDomain = protocol === 'https:' && TWO_PARTS.test(hostname) && !blockOf(hostname);
    return isDomain ? Egress.toInternet(number) : Egress.toHost(hostname, number);
  }

  /** As `toUrl`, for a URL that its owner refuses when it is none: then it leads nowhere, and nobody else complains. */
  static toOwnedUrl(url: string): Egress {
    return URL.canParse(url) ? Egress.toUrl(url) : new Egress([], []);
  }

  /** As `toUrl`, for what is called by host and port. */
  static toHost(host: string, port: number): Egress {
    const block = blockOf(host);
    if (block) return Egress.toCidr(block, port);
    if (!host.includes('.')) return new Egress([{ podSelector: {} }], []);
    const [, namespace] = /\.([^.]+)\.svc(?:\.|$)/.exec(host) ?? [];
    if (namespace) return Egress.toNamespace(namespace);
    if (!TWO_PARTS.test(host)) return Egress.toInternet(port);
    return new Egress([], [], `"${host}" may be a Service or a domain`, `write ${host}.svc, or give egress`);
  }

  private constructor(
    /** How a NetworkPolicy selects the places. */
    readonly peers: readonly k8s.NetworkPolicyPeer[],
    /** Ports there; none stands for all. */
    readonly ports: readonly number[],
    /** What is wrong with what was given. */
    readonly problem?: string,
    /** What to do about it. */
    readonly fix = 'give an address that exists in that form',
  ) {}
}

/** What is wrong with ports, and what to do about it; nothing when nothing is. */
function portProblem(ports: readonly number[]): [problem?: string, fix?: string] {
  const wrong = ports.find((port) => !isPort(port));
  return wrong === undefined ? [] : [`egress goes to port ${wrong}`, 'give a whole number, 1 to 65535'];
}
