import { Chart } from 'cdk8s';
import { type ISecret } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  Gateway,
  type GatewaySpecListeners,
  GatewaySpecListenersAllowedRoutesNamespacesFrom as From,
  GatewaySpecListenersTlsMode as TlsMode,
} from '../../imports/gateway.networking.k8s.io';
import { isDnsSubdomain, SUBDOMAIN_FIX } from '../dns-names';
import { fail } from '../fail';
import { isHostname } from './hostnames';
import { addHttpsRedirect } from './https-redirect';
import { chartLabels } from '../labels';
import { nameOf } from '../names';
import { Registry } from '../registry';
import { refuseSecrets } from '../refuse-secrets';
import { secretsElsewhere } from '../secrets-elsewhere';

/** A Gateway that routes can attach to. */
export interface GatewayReference {
  /** Name of the Gateway. */
  readonly name: string;
  /** Namespace that it is in. */
  readonly namespace: string;
  /**
   * Name of the listener to attach to; with an HTTPS listener, that is what makes a route encrypted.
   * @default - all listeners that take the route
   */
  readonly listener?: string;
}

/** What a Gateway is made of. */
export interface HttpGatewayProps {
  /** GatewayClass of the controller that is to serve it. */
  readonly gatewayClassName: string;
  /**
   * Secrets with certificate and key; with one there is an HTTPS listener on port 443.
   * @default - none: no HTTPS
   */
  readonly certificates?: readonly ISecret[];
  /**
   * Whether there is a plain HTTP listener on port 80. Beside certificates it serves nobody: the HTTPRoute
   * `<id>-redirect` sends all to HTTPS, but for paths that somebody else's route takes, such as a certificate's issuer.
   * @default - true without certificates, false with
   */
  readonly http?: boolean;
  /**
   * Name that clients call, such as `agents.example.com` or `*.example.com`.
   * @default - any
   */
  readonly hostname?: string;
  /**
   * Namespaces whose routes may attach: the Gateway's own, or all.
   * @default 'Same'
   */
  readonly routesFrom?: 'Same' | 'All';
}

/**
 * A way into the cluster for exposed workloads.
 *
 * Renders the Gateway `<id>` of the Gateway API, in the namespace of its chart. Pass it to `Exposure.gateway`.
 */
export class HttpGateway extends Construct implements GatewayReference {
  readonly name: string;
  readonly namespace: string;
  /** The encrypted listener when there is one. */
  readonly listener: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: HttpGatewayProps,
  ) {
    super(scope, id);
    this.name = nameOf(this);
    refuseSecrets(this, props);
    const chart = Chart.of(this);
    this.namespace = chart.namespace ?? '';
    const { gatewayClassName, certificates = [], hostname } = props;
    const { http = certificates.length === 0 } = props;
    if (!this.namespace) fail(this, 'the chart of a Gateway has no namespace', 'give the chart one');
    if (hostname !== undefined && !isHostname(hostname)) {
      fail(this, `hostname is "${hostname}"`, 'give a name such as agents.example.com');
    }
    if (!isDnsSubdomain(gatewayClassName))
      fail(this, `gatewayClassName is "${gatewayClassName}"`, SUBDOMAIN_FIX);
    if (!http && certificates.length === 0) {
      fail(this, 'the Gateway listens to nothing', 'give it certificates, or leave http out');
    }
    this.node.addValidation({ validate: () => secretsElsewhere(this, certificates) });
    this.listener = certificates.length > 0 ? 'https' : 'http';

    const metadata = {
      labels: chartLabels(this),
      annotations: Registry.of(this).waves.annotationsBefore(chart),
    };
    new Gateway(this, 'object', {
      metadata: { name: this.name, ...metadata },
      spec: {
        gatewayClassName,
        listeners: [
          ...(http ? [httpListener(props)] : []),
          ...(certificates.length > 0 ? [httpsListener(props)] : []),
        ],
      },
    });
    if (http && certificates.length > 0) {
      const { name, namespace } = this;
      addHttpsRedirect(this, 'redirect', { name, namespace, listener: 'http' }, metadata);
    }
  }

  /** Why a route would not attach: problems and fixes. The Gateway itself only leaves it out. */
  refusals(namespace: string | undefined, hostnames: readonly string[]): [problem: string, fix: string][] {
    const { routesFrom = 'Same', hostname } = this.props;
    const { path } = this.node;
    const isStranger = routesFrom === 'Same' && namespace !== this.namespace;
    const strange = hostnames.filter((name) => hostname !== undefined && !overlap(hostname, name));
    return [
      ...(isStranger
        ? [stated(`the Gateway ${path} takes routes of its own namespace alone`, "give it routesFrom: 'All'")]
        : []),
      ...strange.map((name) =>
        stated(`the Gateway ${path} does not serve "${name}"`, `give a name of ${hostname}`),
      ),
    ];
  }
}

function stated(problem: string, fix: string): [problem: string, fix: string] {
  return [problem, fix];
}

/** Whether there is a name that both stand for. */
function overlap(a: string, b: string): boolean {
  const covers = (wildcard: string, name: string) =>
    wildcard.startsWith('*.') && name.endsWith(wildcard.slice(1));
  return a === b || covers(a, b) || covers(b, a);
}

function httpListener({ hostname, routesFrom }: HttpGatewayProps): GatewaySpecListeners {
  return { name: 'http', port: 80, protocol: 'HTTP', hostname, allowedRoutes: allowedRoutes(routesFrom) };
}

function httpsListener({ hostname, routesFrom, certificates = [] }: HttpGatewayProps): GatewaySpecListeners {
  return {
    name: 'https',
    port: 443,
    protocol: 'HTTPS',
    hostname,
    tls: {
      mode: TlsMode.TERMINATE,
      // The server adds group and kind, so they are stated: a comparison with the cluster then finds no difference.
      certificateRefs: certificates.map(({ name }) => ({ group: '', kind: 'Secret', name })),
    },
    allowedRoutes: allowedRoutes(routesFrom),
  };
}

function allowedRoutes(from: 'Same' | 'All' = 'Same'): GatewaySpecListeners['allowedRoutes'] {
  return { namespaces: { from: from === 'All' ? From.ALL : From.SAME } };
}
