import { UserError } from './errors';
import { type Manifests } from './manifests';
import { type Controller, namespaceOf, type Service } from './objects';
import { toWorkload, type Workload } from './workload';

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
  /** Ids of the charts that run together. */
  readonly charts: readonly string[];
  readonly workloads: readonly Workload[];
  readonly addresses: readonly ServiceAddress[];
}

/** Pure: the manifests of one chart or several -> what is to run. */
export function buildPlan(manifests: readonly Manifests[]): Plan {
  const charts = manifests.map(({ chart }) => chart);
  checkWorkloads(manifests);
  const configMaps = manifests.flatMap((each) => each.configMaps);
  const pairs = withTitles(
    manifests.flatMap(({ chart, controllers }) =>
      controllers.map((controller) => ({ controller, workload: toWorkload(controller, chart, configMaps) })),
    ),
  );
  const addresses = manifests
    .flatMap(({ services }) => services)
    .flatMap((service) => {
      const behind = pairs.find(({ controller }) => selects(service, controller));
      return behind ? addressesOf(service, behind.workload) : [];
    });
  return { charts, workloads: pairs.map(({ workload }) => workload), addresses };
}

export function titlesOf({ workloads }: Plan): string[] {
  return workloads.map(({ title }) => title);
}

/** How messages speak of the charts that run. */
export function chartsText({ charts }: Pick<Plan, 'charts'>): string {
  return `chart${charts.length === 1 ? '' : 's'} ${charts.join(', ')}`;
}

/**
 * The addresses of the Service that a host name means. It may go on after `….svc` with the cluster's domain, and only
 * then may it end in a dot, because a name that does is not looked up in the namespace.
 */
export function addressesAt(plan: Plan, host: string): readonly ServiceAddress[] {
  return plan.addresses.filter(({ hosts }) => isAmong(hosts, host));
}

/** Whether a host name means the Service that is known by these. */
export function isAmong(hosts: readonly string[], host: string): boolean {
  const name = host.toLowerCase();
  return hosts.some((known) => name === known || (known.endsWith('.svc') && name.startsWith(`${known}.`)));
}

/** Every name by which a Service is known inside the cluster. */
export function hostsOf(service: Service): string[] {
  const { name } = service.metadata;
  const namespace = namespaceOf(service);
  return [name, `${name}.${namespace}`, `${name}.${namespace}.svc`];
}

/** How messages begin that say what they have. */
export function chartsHave(plan: Pick<Plan, 'charts'>): string {
  return `${chartsText(plan)} ${plan.charts.length === 1 ? 'has' : 'have'}`;
}

interface Pair {
  readonly controller: Controller;
  readonly workload: Workload;
}

/** Kinds that run pods of which no process here could be one. */
const OTHER_WORKLOADS = ['CronJob', 'DaemonSet', 'Job', 'Pod', 'ReplicaSet'];

function checkWorkloads(manifests: readonly Manifests[]): void {
  for (const { chart, objects } of manifests) {
    const other = objects.find(({ kind }) => OTHER_WORKLOADS.includes(kind));
    if (!other) continue;
    const what = `${other.kind} "${other.metadata.name}"`;
    throw new UserError(`chart ${chart}: ${what} cannot run on this machine; leave it out of the chart`);
  }
  if (manifests.some(({ controllers }) => controllers.length > 0)) return;
  const charts = chartsHave({ charts: manifests.map(({ chart }) => chart) });
  const kinds = [...new Set(manifests.flatMap(({ objects }) => objects.map(({ kind }) => kind)))].sort();
  throw new UserError(
    kinds.length === 0
      ? `${charts} no objects at all; synthesize again`
      : `${charts} nothing that could run: ${kinds.join(', ')}, but no Deployment or StatefulSet; name another`,
  );
}

/**
 * An agent and a tool server may have the same name, and so may agents of two namespaces. Their objects never have the
 * same name and namespace.
 */
function withTitles(pairs: readonly Pair[]): Pair[] {
  const objectName = ({ controller }: Pair) => controller.metadata.name;
  const fullName = (pair: Pair) => `${objectName(pair)}.${pair.workload.namespace}`;
  const twice = pairs.find(
    (pair, index) => pairs.findIndex((other) => fullName(other) === fullName(pair)) !== index,
  );
  if (twice) {
    const { controller, workload } = twice;
    throw new UserError(
      `${controller.kind} "${objectName(twice)}" is there twice in namespace ${workload.namespace}, ` +
        `the second time in chart ${workload.chart}; give one another name`,
    );
  }
  return pairs.map((pair) => {
    const others = pairs.filter((other) => other !== pair);
    const { name } = pair.workload;
    const isNamesake = others.some((other) => [other.workload.name, objectName(other)].includes(name));
    const isDouble = others.some((other) => objectName(other) === objectName(pair));
    const title = isDouble ? fullName(pair) : isNamesake ? objectName(pair) : name;
    return { ...pair, workload: { ...pair.workload, title } };
  });
}

function selects(service: Service, controller: Controller): boolean {
  const podLabels = controller.spec.template.metadata.labels;
  const wanted = Object.entries(service.spec.selector);
  return (
    namespaceOf(service) === namespaceOf(controller) &&
    wanted.length > 0 &&
    wanted.every(([key, value]) => podLabels[key] === value)
  );
}

function addressesOf(service: Service, workload: Workload): ServiceAddress[] {
  const hosts = hostsOf(service);
  return service.spec.ports.map(({ port, targetPort = port }) => {
    const target = workload.container.ports.find((candidate) =>
      typeof targetPort === 'number' ? candidate.containerPort === targetPort : candidate.name === targetPort,
    );
    if (!target) {
      throw new UserError(
        `Service "${service.metadata.name}" targets port "${targetPort}", which its pods do not have; add it to their container`,
      );
    }
    const { containerPort } = target;
    // Nothing stands before the pods of a headless Service that would map a port.
    const isHeadless = service.spec.clusterIP === 'None';
    return { hosts, port: isHeadless ? containerPort : port, workload, containerPort };
  });
}
