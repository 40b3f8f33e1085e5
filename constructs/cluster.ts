import { type Construct, type IConstruct } from 'constructs';
import { isDnsLabel, LABEL_FIX } from './dns-names';
import { fail } from './fail';
import { isPort } from './numbers';
import { isCidr } from './workload/ip-address';

/** Where the settings of a cluster are kept: in the context of the scope that they are for. */
const CONTEXT_KEY = 'cdk8s-kaos/cluster';
/** Dot-separated names, as in `cluster.local`. */
const DOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** Host, with an optional port and path: what may stand in front of an image's name. */
const REGISTRY = /^[a-z0-9][-.a-z0-9]*(:\d{1,5})?(\/[a-z0-9][-._a-z0-9]*)*$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Who answers DNS questions in a cluster. */
export interface DnsProps {
  /** @default 'kube-system' */
  readonly namespace?: string;
  /** @default { 'k8s-app': 'kube-dns' } */
  readonly podLabels?: Readonly<Record<string, string>>;
  /**
   * Port of its pods, which is not always that of its Service: OpenShift's listen on 5353.
   * @default 53
   */
  readonly port?: number;
  /**
   * Addresses that answer beside those pods, such as `169.254.20.10/32` for NodeLocal DNSCache.
   * @default - none
   */
  readonly cidrs?: readonly string[];
}

/** What all workloads of a cluster have in common. */
export interface ClusterProps {
  /**
   * What tells it from the other clusters of an app. What is in one is in nobody's way in another, so charts for each
   * may declare the same objects and be exposed at the same address.
   * @default - it is the one without a name
   */
  readonly name?: string;
  /**
   * Domain under which Services are known.
   * @default 'cluster.local'
   */
  readonly domain?: string;
  /**
   * Registry that every image is pulled from, in place of the one in its name: `mirror.example.com/kaos` turns
   * `ghcr.io/a/b:1` into `mirror.example.com/kaos/a/b:1`.
   * @default - each image's own
   */
  readonly imageRegistry?: string;
  /**
   * Image of agents and MCP servers, where the cluster finds the one that you built.
   * @default 'localhost/cdk8s-kaos/runtime:<version>'
   */
  readonly runtimeImage?: string;
  /**
   * Image of MCP servers whose tools are written in Python, where the cluster finds the one that you built.
   * @default 'localhost/cdk8s-kaos/python-runtime:<version>'
   */
  readonly pythonRuntimeImage?: string;
  /**
   * Digests by image, as the image is written before a mirror changes it: `{ 'ghcr.io/a/b:1': 'sha256:…' }`. Each is of
   * an image that something in the scope runs.
   * @default - images are pinned by their tags
   */
  readonly imageDigests?: Readonly<Record<string, string>>;
  /**
   * Whether an image without a digest fails synthesis.
   * @default false
   */
  readonly requireDigests?: boolean;
  /**
   * Who answers DNS questions: every workload may ask.
   * @default - pods of kube-system labelled `k8s-app: kube-dns`, on port 53
   */
  readonly dns?: DnsProps;
  /**
   * Addresses of the Kubernetes API, as CIDRs, for the few workloads that ask it.
   * @default - any address but those of clouds' metadata services, on the ports 443 and 6443
   */
  readonly apiServer?: readonly string[];
}

/** The settings of a cluster with nothing left out but what really may be missing. */
export interface ClusterSettings {
  readonly name: string | undefined;
  readonly domain: string;
  readonly imageRegistry: string | undefined;
  readonly runtimeImage: string | undefined;
  readonly pythonRuntimeImage: string | undefined;
  readonly imageDigests: Readonly<Record<string, string>>;
  readonly requireDigests: boolean;
  readonly dns: Required<DnsProps>;
  readonly apiServer: readonly string[];
}

/** Settings of the cluster that everything below a scope runs in. */
export class Cluster {
  /**
   * Sets them for a scope, which must be empty yet: names and images are decided as constructs are declared. Of two
   * scopes that set them, the inner counts as a whole.
   */
  static configure(scope: Construct, props: ClusterProps): void {
    if (scope.node.children.length > 0) {
      fail(
        scope,
        'Cluster.configure comes after other constructs',
        'call it before anything is declared in this scope',
      );
      return;
    }
    checkProps(scope, props);
    const images = new Set<string>();
    const configured: Configured = { props, images };
    scope.node.setContext(CONTEXT_KEY, configured);
    scope.node.addValidation({ validate: () => unusedDigests(props, images) });
  }
}

/** The digest that an image, written so, has in the settings that apply to a construct. */
export function digestOf(scope: IConstruct, image: string): string | undefined {
  configuredFor(scope)?.images.add(image);
  return clusterOf(scope).imageDigests[image];
}

/** The settings that apply to a construct. */
export function clusterOf(scope: IConstruct): ClusterSettings {
  const props = configuredFor(scope)?.props ?? {};
  const {
    namespace = 'kube-system',
    podLabels = { 'k8s-app': 'kube-dns' },
    port = 53,
    cidrs = [],
  } = props.dns ?? {};
  return {
    name: props.name,
    domain: props.domain ?? 'cluster.local',
    imageRegistry: props.imageRegistry,
    runtimeImage: props.runtimeImage,
    pythonRuntimeImage: props.pythonRuntimeImage,
    imageDigests: props.imageDigests ?? {},
    requireDigests: props.requireDigests ?? false,
    dns: { namespace, podLabels, port, cidrs },
    apiServer: props.apiServer ?? ['0.0.0.0/0'],
  };
}

/** What is kept for the scope that settings are for. */
interface Configured {
  readonly props: ClusterProps;
  /** Those that digests were asked for. */
  readonly images: Set<string>;
}

function configuredFor(scope: IConstruct): Configured | undefined {
  // Only `configure` writes it.
  return scope.node.tryGetContext(CONTEXT_KEY) as Configured | undefined;
}

/** A digest that no image gets is one that some image was to have. */
function unusedDigests({ imageDigests = {} }: ClusterProps, images: ReadonlySet<string>): string[] {
  return Object.entries(imageDigests)
    .filter(([image, digest]) => DIGEST.test(digest) && !images.has(image))
    .map(
      ([image]) =>
        `imageDigests has "${image}", which nothing runs; write it as its workload does, or remove it`,
    )
    .sort();
}

function checkProps(
  scope: IConstruct,
  { name, domain, imageRegistry, imageDigests, dns, apiServer }: ClusterProps,
): void {
  if (name === '') fail(scope, "the cluster's name is empty", 'leave it out, or give one');
  if (domain !== undefined && !DOMAIN.test(domain)) {
    fail(scope, `the cluster's domain is "${domain}"`, 'give a domain such as cluster.local');
  }
  if (imageRegistry !== undefined && !REGISTRY.test(imageRegistry)) {
    fail(scope, `imageRegistry is "${imageRegistry}"`, 'give a host with an optional path, without https://');
  }
  Object.entries(imageDigests ?? {})
    .filter(([, digest]) => !DIGEST.test(digest))
    .forEach(([image, digest]) =>
      fail(scope, `the digest of ${image} is "${digest}"`, 'give sha256: and 64 hex digits'),
    );
  if (dns?.namespace !== undefined && !isDnsLabel(dns.namespace))
    fail(scope, `the namespace of dns is "${dns.namespace}"`, LABEL_FIX);
  if (dns?.port !== undefined && !isPort(dns.port))
    fail(scope, `the port of dns is ${dns.port}`, 'give a whole number, 1 to 65535');
  [...(dns?.cidrs ?? []), ...(apiServer ?? [])]
    .filter((cidr) => !isCidr(cidr))
    .forEach((cidr) =>
      fail(scope, `an address of the cluster is "${cidr}"`, 'give a CIDR such as 10.96.0.1/32'),
    );
}
