import { Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { type ConfigFiles, oversize } from './config-files';
import { checkLength } from '../names';
import { egressRules, ingressRules } from './network-policy';
import { leastCount } from './pod-placement';
import { podTemplate } from './pod-template';
import { type PersistentVolume } from './pod-volumes';
import { quantity, sizeText } from './quantities';
import { type Workload, type WorkloadProps } from './workload';
import { type WorkloadOptions } from './options';

/** What an autoscaler scales. */
export interface ControllerReference {
  readonly apiVersion: string;
  readonly kind: string;
}

export function addConfigMap(workload: Workload, config: ConfigFiles): void {
  new k8s.KubeConfigMap(workload, 'config', {
    metadata: metadataOf(workload, checkLength(workload.owner, config.name)),
    data: Lazy.any({ produce: config.data }),
  });
  workload.owner.node.addValidation({ validate: () => oversize(config) });
}

/** A StatefulSet where pods keep their names or have claims of their own, and a Deployment otherwise. */
export function addController(workload: Workload, props: WorkloadProps): ControllerReference {
  const { persistence, keepsNames } = props;
  const hasOwnClaims = persistence && persistence.claimName === undefined;
  if (hasOwnClaims || keepsNames) return addStatefulSet(workload, props, persistence);
  if (persistence) addClaim(workload, persistence.claimName ?? '', persistence);
  const strategy = strategyOf(props);
  new k8s.KubeDeployment(workload, 'deployment', {
    metadata: controllerMetadata(workload, props),
    spec: {
      ...commonSpec(workload, props),
      progressDeadlineSeconds: props.progressDeadlineSeconds,
      strategy,
    },
  });
  return { apiVersion: 'apps/v1', kind: 'Deployment' };
}

export function addService(workload: Workload, { ports, headless }: WorkloadProps): k8s.KubeService {
  return new k8s.KubeService(workload, 'service', {
    metadata: metadataOf(workload),
    spec: {
      ...(headless ? { clusterIp: 'None' } : { type: 'ClusterIP' }),
      selector: workload.selector,
      ports: ports.map(({ name, port, appProtocol }) => ({
        name,
        port,
        protocol: 'TCP',
        targetPort: k8s.IntOrString.fromString(name),
        appProtocol,
      })),
    },
  });
}

/** All that the graph does not say is denied. */
export function addPolicy(workload: Workload): void {
  const { ways } = workload;
  new k8s.KubeNetworkPolicy(workload, 'policy', {
    metadata: metadataOf(workload),
    spec: {
      podSelector: { matchLabels: workload.selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress: Lazy.any({ produce: () => unlessEmpty(ingressRules(ways.ingress)) }),
      egress: Lazy.any({ produce: () => unlessEmpty(egressRules(ways.egress)) }),
    },
  });
}

/** Over one pod a budget would only stand in the way of whoever empties its node. */
export function addDisruptionBudget(workload: Workload, options: WorkloadOptions): void {
  if (leastCount(options) < 2) return;
  new k8s.KubePodDisruptionBudget(workload, 'budget', {
    metadata: metadataOf(workload),
    spec: {
      maxUnavailable: k8s.IntOrString.fromNumber(1),
      selector: { matchLabels: workload.selector },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  });
}

/** What cannot be had twice is given up by the old pod before the new one asks for it: a claim, or a device. */
function strategyOf({ persistence, resources }: WorkloadProps): k8s.DeploymentStrategy {
  if (persistence) return { type: 'Recreate' };
  const hasDevices = Object.keys(resources.devices ?? {}).length > 0;
  const [surge, unavailable] = hasDevices ? [0, 1] : [1, 0];
  return {
    type: 'RollingUpdate',
    rollingUpdate: {
      maxSurge: k8s.IntOrString.fromNumber(surge),
      maxUnavailable: k8s.IntOrString.fromNumber(unavailable),
    },
  };
}

function addStatefulSet(
  workload: Workload,
  props: WorkloadProps,
  persistence: PersistentVolume | undefined,
): ControllerReference {
  new k8s.KubeStatefulSet(workload, 'stateful-set', {
    metadata: controllerMetadata(workload, props),
    spec: {
      ...commonSpec(workload, props),
      serviceName: workload.name,
      // No pod waits for another.
      podManagementPolicy: 'Parallel',
      volumeClaimTemplates: persistence && [
        { metadata: { name: persistence.name }, spec: claimSpec(persistence) },
      ],
    },
  });
  return { apiVersion: 'apps/v1', kind: 'StatefulSet' };
}

function addClaim(workload: Workload, name: string, persistence: PersistentVolume): void {
  new k8s.KubePersistentVolumeClaim(workload, 'claim', {
    metadata: metadataOf(workload, checkLength(workload.owner, name)),
    spec: claimSpec(persistence),
  });
}

function claimSpec({ size, storageClassName }: PersistentVolume): k8s.PersistentVolumeClaimSpec {
  return {
    accessModes: ['ReadWriteOnce'],
    storageClassName,
    resources: { requests: { storage: quantity(sizeText(size)) } },
  };
}

function commonSpec(
  workload: Workload,
  props: WorkloadProps,
): { replicas: number | undefined; selector: k8s.LabelSelector; template: k8s.PodTemplateSpec } {
  const { replicas = 1, autoscaling } = props.options;
  return {
    // An autoscaler writes it; stated here, each apply would set it back.
    replicas: autoscaling ? undefined : replicas,
    selector: { matchLabels: workload.selector },
    template: podTemplate(workload.labels, workload.selector, props),
  };
}

function controllerMetadata(workload: Workload, props: WorkloadProps): k8s.ObjectMeta {
  const metadata = metadataOf(workload);
  return { ...metadata, annotations: { ...metadata.annotations, ...props.annotations } };
}

function metadataOf(
  workload: Workload,
  name: string = workload.name,
): {
  name: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
} {
  return { name, labels: workload.labels, annotations: workload.annotations() };
}

function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}
