import { type ISecret, k8s } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { Callers } from '../callers';
import { isDnsSubdomain, SUBDOMAIN_FIX } from '../dns-names';
import { fail } from '../fail';
import { isHostname } from './hostnames';
import { Registry } from '../registry';
import { secretsElsewhere } from '../secrets-elsewhere';
import { type Workload } from '../workload/workload';
import { refuseSecrets } from '../refuse-secrets';
import { given } from '../given';

/** ingress-nginx, by the names that its classes usually have. */
const NGINX_CLASS = /(^|[-.])nginx([-.]|$)/;
/** An answer is streamed while an agent works, and a tool may be silent for long: buffers and time limits cut it. */
const NGINX_STREAMING = {
  'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
  'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600',
  'nginx.ingress.kubernetes.io/proxy-send-timeout': '3600',
};

/** What an Ingress needs to know. */
export interface IngressExposureProps {
  /** Name that clients call, such as `research.example.com`. */
  readonly host: string;
  /**
   * Pods of the controller, such as `Callers.inNamespace('ingress-nginx')`: the workload's NetworkPolicy lets no others
   * in. `Callers.anywhere()` where their addresses are not known.
   */
  readonly callers: Callers;
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
  /**
   * Annotations for the controller; they win over those that are there by default.
   * @default - for a class called after nginx, those with which ingress-nginx lets streams pass; none otherwise
   */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Renders the Ingress in front of a workload, and opens the workload to its controller. */
export function addIngress(
  scope: Construct,
  id: string,
  {
    workload,
    host,
    callers,
    ingressClassName,
    tlsSecret,
    annotations,
  }: IngressExposureProps & { workload: Workload },
): void {
  if (!isHostname(host)) {
    fail(scope, `the host of expose is "${host}"`, 'give a name such as research.example.com');
  }
  if (ingressClassName !== undefined && !isDnsSubdomain(ingressClassName))
    fail(scope, `ingressClassName is "${ingressClassName}"`, SUBDOMAIN_FIX);
  refuseSecrets(scope, { annotations });
  workload.mayBeCalledBy(given(scope, 'callers of expose', callers, 'object', () => Callers.anywhere()));
  if (tlsSecret) scope.node.addValidation({ validate: () => secretsElsewhere(scope, [tlsSecret]) });
  Registry.of(scope).addresses.add(`${ingressClassName ?? 'the Ingress'} at ${host}`, scope);
  const { name, labels, ports } = workload;
  new k8s.KubeIngress(scope, id, {
    metadata: {
      name,
      labels,
      annotations: {
        ...(ingressClassName !== undefined && NGINX_CLASS.test(ingressClassName) && NGINX_STREAMING),
        ...annotations,
        ...workload.annotationsAfter(),
      },
    },
    spec: {
      ingressClassName,
      tls: tlsSecret && [{ hosts: [host], secretName: tlsSecret.name }],
      rules: [
        {
          host,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name, port: { name: ports[0].name } } },
              },
            ],
          },
        },
      ],
    },
  });
}
