import { type Duration } from 'cdk8s';
import { type Construct, type IConstruct } from 'constructs';
import {
  HttpRoute,
  type HttpRouteSpecRules,
  type HttpRouteSpecRulesFilters,
  HttpRouteSpecRulesFiltersType as FilterType,
  HttpRouteSpecRulesFiltersUrlRewritePathType as RewriteType,
  HttpRouteSpecRulesMatchesPathType as MatchType,
} from '../../imports/gateway.networking.k8s.io';
import { FORWARDED_PREFIX_HEADER } from '../../runtime/contract';
import { Callers } from '../callers';
import { gatewayDuration } from '../durations';
import { isDnsLabel, isDnsSubdomain, LABEL_FIX, SUBDOMAIN_FIX } from '../dns-names';
import { fail } from '../fail';
import { isHostname } from './hostnames';
import { type GatewayReference, HttpGateway } from './http-gateway';
import { Registry } from '../registry';
import { type Workload } from '../workload/workload';
import { given } from '../given';

/** A path as the Gateway API takes it, without "/" at its end, so that rewriting leaves no "//" behind. */
const PATH = /^(\/|(\/(?!\.{1,2}(\/|$))[-\w.~]+)+)$/;

/** What a workload is called in the paths of KAOS. */
export type PathSegment = 'agent' | 'modelapi' | 'mcp';

/** What a route through a Gateway needs to know. */
export interface GatewayExposureProps {
  /** Gateway to attach to: an `HttpGateway`, or the name of one that is there. */
  readonly gateway: GatewayReference;
  /**
   * Names that clients call, such as `support.example.com`.
   * @default - all names that the Gateway serves
   */
  readonly hostnames?: readonly string[];
  /**
   * Path that everything is below; the workload does not see it.
   * @default - `/` with hostnames; without, KAOS's `/<namespace>/<agent|modelapi|mcp>/<name>`
   */
  readonly path?: string;
  /**
   * Time that a whole request may take. Streams are requests too, however long.
   * @default - no limit, and stated so: without a statement many gateways cut a stream after seconds
   */
  readonly timeout?: Duration;
  /**
   * Time that the workload may take to answer one attempt; not longer than `timeout`.
   * @default - that of the Gateway
   */
  readonly backendTimeout?: Duration;
  /**
   * The proxies of the Gateway: the workload's NetworkPolicy lets no others in. They are not always in the Gateway's
   * namespace; those of Envoy Gateway are in `envoy-gateway-system`.
   * @default - all pods of the Gateway's namespace
   */
  readonly callers?: Callers;
}

interface RouteProps extends GatewayExposureProps {
  readonly workload: Workload;
  readonly segment: PathSegment;
}

/** Renders the HTTPRoute to a workload, and opens the workload to the Gateway's proxies. */
export function addHttpRoute(scope: Construct, id: string, said: RouteProps): void {
  const nowhere = () => ({ name: '', namespace: '' });
  const gateway = given(scope, 'the gateway of expose', said.gateway, 'object', nowhere);
  const props = { ...said, gateway };
  const { workload, hostnames = [] } = props;
  checkProps(scope, props);
  workload.mayBeCalledBy(props.callers ?? Callers.inNamespace(gateway.namespace));
  addressesOf(props).forEach((address) => Registry.of(scope).addresses.add(address, scope));
  const { name, labels } = workload;
  new HttpRoute(scope, id, {
    metadata: { name, labels, annotations: workload.annotationsAfter() },
    spec: {
      // The server adds groups, kinds and weights, so they are stated: a comparison with it then finds no difference.
      parentRefs: [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name: gateway.name,
          namespace: gateway.namespace,
          sectionName: gateway.listener,
        },
      ],
      hostnames: hostnames.length > 0 ? [...hostnames] : undefined,
      rules: [rule(props)],
    },
  });
}

function rule(props: RouteProps): HttpRouteSpecRules {
  const { workload, timeout, backendTimeout } = props;
  const path = pathOf(props);
  return {
    matches: [{ path: { type: MatchType.PATH_PREFIX, value: path } }],
    filters: path === '/' ? undefined : withoutPrefix(path),
    backendRefs: [
      { group: '', kind: 'Service', name: workload.name, port: workload.ports[0].port, weight: 1 },
    ],
    timeouts: {
      request: timeout ? gatewayDuration(timeout) : '0s',
      backendRequest: backendTimeout && gatewayDuration(backendTimeout),
    },
  };
}

/** What leads here and to nobody else. */
function addressesOf(props: RouteProps): string[] {
  const { name, namespace, listener = 'all listeners' } = props.gateway;
  const hosts = props.hostnames?.length ? props.hostnames : ['any host'];
  return hosts.map((host) => `Gateway ${namespace}/${name} (${listener}) at ${host}${pathOf(props)}`);
}

/** Takes the path away, and tells the workload, which states its own address in its card. */
function withoutPrefix(path: string): HttpRouteSpecRulesFilters[] {
  return [
    {
      type: FilterType.REQUEST_HEADER_MODIFIER,
      requestHeaderModifier: { set: [{ name: FORWARDED_PREFIX_HEADER, value: path }] },
    },
    {
      type: FilterType.URL_REWRITE,
      urlRewrite: { path: { type: RewriteType.REPLACE_PREFIX_MATCH, replacePrefixMatch: '/' } },
    },
  ];
}

function pathOf({ path, hostnames = [], workload, segment }: RouteProps): string {
  if (path !== undefined) return path;
  return hostnames.length > 0 ? '/' : `/${workload.namespace ?? ''}/${segment}/${workload.id}`;
}

function checkProps(scope: IConstruct, props: RouteProps): void {
  const { path, hostnames = [], workload, timeout, backendTimeout } = props;
  if (path === undefined && hostnames.length === 0 && workload.namespace === undefined) {
    const problem = 'the chart has no namespace, which the default path of expose begins with';
    fail(scope, problem, 'give the chart a namespace, or expose a path or hostnames');
  }
  if (path !== undefined && !PATH.test(path)) {
    fail(scope, `the path of expose is "${path}"`, 'give one such as /support, without "/" at its end');
  }
  hostnames
    .filter((name) => !isHostname(name))
    .forEach((name) => {
      fail(scope, `a hostname of expose is "${name}"`, 'give a name such as research.example.com');
    });
  const { gateway } = props;
  if (gateway instanceof HttpGateway) {
    gateway.refusals(workload.namespace, hostnames).forEach(([problem, fix]) => {
      fail(scope, problem, fix);
    });
  } else {
    if (!isDnsSubdomain(gateway.name))
      fail(scope, `the gateway of expose is called "${gateway.name}"`, SUBDOMAIN_FIX);
    if (!isDnsLabel(gateway.namespace))
      fail(scope, `the namespace of expose's gateway is "${gateway.namespace}"`, LABEL_FIX);
  }
  if (timeout && backendTimeout && isLonger(backendTimeout, timeout)) {
    const problem = `the backendTimeout of expose, ${gatewayDuration(backendTimeout)}, is longer than its timeout`;
    fail(scope, problem, `give at most ${gatewayDuration(timeout)}`);
  }
}

/** Zero is no limit. */
function isLonger(duration: Duration, limit: Duration): boolean {
  return limit.toMilliseconds() > 0 && duration.toMilliseconds() > limit.toMilliseconds();
}
