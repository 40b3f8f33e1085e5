import { literal } from './collector-exporters';
import { variable } from './collector-ports';
import { contentProcessors, secretProcessors } from './collector-redaction';
import { type Signal } from './otlp-exporter';
import { type PodReach } from './pod-reader';
import { byKey } from '../order';

/** What is done to telemetry on its way. */
export interface Cleaning {
  /** Whether what users, models and tools said stays in. */
  readonly keepsContent: boolean;
  /** Patterns of secrets beside our own, in RE2's syntax. */
  readonly redactedPatterns: readonly string[];
  /** Attributes that resources get unless they have them. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  /** Where the pods that send are looked up; undefined for nowhere. */
  readonly podReach: PodReach | undefined;
}

/** Processors, and which of them a signal goes through. */
export interface Processors {
  readonly processors: Record<string, object>;
  /** Those of a signal, in their order. */
  readonly names: (signal: Signal) => string[];
}

/** Refusing data comes first: a sender that is told can try again, a collector out of memory loses all it has. */
export const MEMORY_LIMITER = {
  memory_limiter: { check_interval: '1s', limit_percentage: 80, spike_limit_percentage: 20 },
};

/** Pods are told by the address that a connection comes from, so they are looked up before anything is regrouped. */
export function processorsOf({
  keepsContent,
  redactedPatterns,
  resourceAttributes,
  podReach,
}: Cleaning): Processors {
  const attributes = Object.entries(resourceAttributes).sort(byKey);
  const processors: Record<string, object> = {
    ...MEMORY_LIMITER,
    ...(podReach && { k8s_attributes: podLookup(podReach) }),
    ...(attributes.length > 0 && {
      resource: {
        attributes: attributes.map(([key, value]) => ({ key, value: literal(value), action: 'insert' })),
      },
    }),
    'filter/health': {
      error_mode: 'ignore',
      trace_conditions: ['IsMatch(span.attributes["url.path"], "^/(health|ready)")'],
    },
    ...(keepsContent ? {} : contentProcessors()),
    ...secretProcessors(redactedPatterns),
  };
  return {
    processors,
    names: (signal) =>
      Object.keys(processors).filter((name) => signal === 'traces' || name !== 'filter/health'),
  };
}

function podLookup(reach: PodReach): object {
  return {
    auth_type: 'serviceAccount',
    ...(reach === 'namespace' && { filter: { namespace: variable('namespace') } }),
    extract: {
      metadata: [
        'k8s.namespace.name',
        'k8s.pod.name',
        'k8s.pod.uid',
        'k8s.node.name',
        'k8s.deployment.name',
        'k8s.statefulset.name',
      ],
      labels: [
        { tag_name: 'app.kubernetes.io/component', key: 'app.kubernetes.io/component', from: 'pod' },
        { tag_name: 'app.kubernetes.io/part-of', key: 'app.kubernetes.io/part-of', from: 'pod' },
      ],
    },
    pod_association: [
      { sources: [{ from: 'resource_attribute', name: 'k8s.pod.uid' }] },
      { sources: [{ from: 'resource_attribute', name: 'k8s.pod.ip' }] },
      { sources: [{ from: 'connection' }] },
    ],
  };
}
