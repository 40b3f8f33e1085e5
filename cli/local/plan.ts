import { posix } from 'node:path';
import { peerAgentUrlVariable } from '../../runtime/contract';
import { UserError } from './errors';
import { type ConfigMap, type Container, type Deployment, type Manifests, type Service } from './manifests';

/** What a workload is, by its label `app`. */
export const ROLES = ['agent', 'mcpserver', 'modelapi', 'otel-collector'] as const;
export type Role = (typeof ROLES)[number];

/** A workload of a chart, as it would run in a cluster. */
export interface Workload {
  /** Its name within its role, for example the agent's. */
  readonly name: string;
  /** What messages call it: its name, or its Deployment's where another workload could be meant. */
  readonly title: string;
  readonly role: Role;
  readonly namespace: string;
  readonly container: Container;
  /** Mounted files by their path in the container. */
  readonly files: ReadonlyMap<string, string>;
  /** Where its volumes are mounted, files and empty directories alike. */
  readonly mountPaths: readonly string[];
}

/** Where a Service answers in a cluster, and who stands behind it. */
export interface ServiceAddress {
  /** Every name by which the Service is known inside the cluster. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly workload: Workload;
  readonly containerPort: number;
}

/** What `kaos up` is to run. */
export interface Plan {
  readonly chart: string;
  readonly workloads: readonly Workload[];
  readonly addresses: readonly ServiceAddress[];
}

/** Pure: manifests -> what is to run. */
export function buildPlan(manifests: Manifests): Plan {
  const { chart, deployments, services } = manifests;
  if (deployments.length === 0) throw new UserError(`chart ${chart} has no workloads; synthesize it again`);
  const pairs = withTitles(
    deployments.map((deployment) => ({ deployment, workload: toWorkload(deployment, manifests) })),
  );
  const addresses = services.flatMap((service) => {
    const behind = pairs.find(({ deployment }) => selects(service, deployment));
    return behind ? addressesOf(service, behind.workload) : [];
  });
  return { chart, workloads: pairs.map(({ workload }) => workload), addresses };
}

export function agentsOf(plan: Plan): readonly Workload[] {
  return plan.workloads.filter(({ role }) => role === 'agent');
}

/** The agents that nobody delegates to. */
export function entryAgents(plan: Plan): readonly Workload[] {
  const delegatedTo = new Set(agentsOf(plan).flatMap((agent) => delegates(plan, agent)));
  return agentsOf(plan).filter((agent) => !delegatedTo.has(agent));
}

/** @throws UserError when the agent is not there, or when it is not clear which is meant */
export function chooseAgent(plan: Plan, name: string | undefined): Workload {
  const agents = agentsOf(plan);
  if (agents.length === 0) throw new UserError(`chart ${plan.chart} has no agent to ask; add one to it`);
  const named = agents.find((agent) => agent.name === name);
  if (named) return named;
  const names = agents.map((agent) => agent.name);
  const known = names.sort().join(', ');
  if (name !== undefined) throw new UserError(`chart ${plan.chart} has no agent "${name}"; it has: ${known}`);
  const [entry, ...others] = entryAgents(plan);
  if (!entry || others.length > 0) {
    throw new UserError(
      `chart ${plan.chart} has ${entry ? 'several agents' : 'no agent'} that nobody delegates to; name one with --agent: ${known}`,
    );
  }
  return entry;
}

/**
 * The addresses of the Service that a host name means. It may go on after `….svc` with the cluster's domain, and only
 * then may it end in a dot, because a name that does is not looked up in the namespace.
 */
export function addressesAt(plan: Plan, host: string): readonly ServiceAddress[] {
  const name = host.toLowerCase();
  const isMeant = (known: string) =>
    name === known || (known.endsWith('.svc') && name.startsWith(`${known}.`));
  return plan.addresses.filter(({ hosts }) => hosts.some(isMeant));
}

interface Pair {
  readonly deployment: Deployment;
  readonly workload: Workload;
}

/** An agent and a tool server may have the same name; their Deployments never have. */
function withTitles(pairs: readonly Pair[]): Pair[] {
  return pairs.map((pair) => {
    const { deployment, workload } = pair;
    const isTaken = pairs.some(
      (other) =>
        other !== pair && [other.workload.name, other.deployment.metadata.name].includes(workload.name),
    );
    return isTaken ? { deployment, workload: { ...workload, title: deployment.metadata.name } } : pair;
  });
}

function delegates(plan: Plan, agent: Workload): Workload[] {
  const value = (variable: string) => agent.container.env.find(({ name }) => name === variable)?.value;
  const names = value('PEER_AGENTS')?.split(',') ?? [];
  return names.flatMap((name) => {
    const url = value(peerAgentUrlVariable(name));
    const host = url && URL.canParse(url) ? new URL(url).hostname : undefined;
    return host ? addressesAt(plan, host).map(({ workload }) => workload) : [];
  });
}

function toWorkload(deployment: Deployment, manifests: Manifests): Workload {
  const { labels, name: objectName } = deployment.metadata;
  const namespace = namespaceOf(deployment);
  const role = ROLES.find((candidate) => candidate === labels.app);
  const name = role && labels[role];
  if (!name) {
    throw new UserError(
      `chart ${manifests.chart}: Deployment "${objectName}" has labels by which it cannot be told what it is; ` +
        `its label "app" must be one of ${ROLES.join(', ')}, beside one of that name`,
    );
  }
  const { containers, volumes } = deployment.spec.template.spec;
  const container = containers[0] as Container;
  const files = new Map<string, string>();
  for (const { name: volumeName, mountPath } of container.volumeMounts) {
    const source = volumes.find((volume) => volume.name === volumeName)?.configMap?.name;
    if (source === undefined) continue;
    const configMap = manifests.configMaps.find(
      (candidate) => candidate.metadata.name === source && namespaceOf(candidate) === namespace,
    );
    if (!configMap) {
      throw new UserError(
        `chart ${manifests.chart}: Deployment "${objectName}" mounts ConfigMap "${source}", which is not there; ` +
          'add it to the chart',
      );
    }
    for (const [key, text] of Object.entries(configMap.data)) files.set(posix.join(mountPath, key), text);
  }
  const mountPaths = container.volumeMounts.map((mount) => mount.mountPath.replace(/\/+$/, ''));
  return { name, title: name, role, namespace, container, files, mountPaths };
}

/** As where manifests are applied and nothing else is said. */
function namespaceOf({ metadata }: Deployment | Service | ConfigMap): string {
  return metadata.namespace ?? 'default';
}

function selects(service: Service, deployment: Deployment): boolean {
  const podLabels = deployment.spec.template.metadata.labels;
  const wanted = Object.entries(service.spec.selector);
  return (
    namespaceOf(service) === namespaceOf(deployment) &&
    wanted.length > 0 &&
    wanted.every(([key, value]) => podLabels[key] === value)
  );
}

function addressesOf(service: Service, workload: Workload): ServiceAddress[] {
  const { name } = service.metadata;
  const namespace = namespaceOf(service);
  const hosts = [name, `${name}.${namespace}`, `${name}.${namespace}.svc`];
  return service.spec.ports.map(({ port, targetPort = port }) => {
    const target = workload.container.ports.find((candidate) =>
      typeof targetPort === 'number' ? candidate.containerPort === targetPort : candidate.name === targetPort,
    );
    if (!target) {
      throw new UserError(
        `Service "${name}" targets port "${targetPort}", which its pods do not have; add it to their container`,
      );
    }
    return { hosts, port, workload, containerPort: target.containerPort };
  });
}
