import {
  containersOf,
  namespaceOf,
  ofKind,
  podTemplates,
  type PodTemplate,
  repeated,
  selects,
  title,
  walk,
} from '../objects';
import { type Manifest } from '../synth';

/** Ports that lead nowhere: of Services, probes, and what stands in front of Services. */
export function portProblems(objects: readonly Manifest[]): string[] {
  const pods = podTemplates(objects);
  return [
    ...objects.flatMap((object) => outOfRange(object).map((problem) => `${title(object)}: ${problem}`)),
    ...ofKind(objects, 'Service').flatMap((service) =>
      servicePorts(service, pods).map((problem) => `${title(service)}: ${problem}`),
    ),
    ...pods.flatMap((pod) => probePorts(pod).map((problem) => `${title(pod.owner)}: ${problem}`)),
    ...ofKind(objects, 'Ingress').flatMap((ingress) =>
      backendsOf(ingress).flatMap(({ name, port }) => {
        const service = ofKind(objects, 'Service').find(
          (one) => one.metadata.name === name && namespaceOf(one) === namespaceOf(ingress),
        );
        const ports: Manifest[] = service?.spec.ports ?? [];
        const isThere = ports.some((one) => one.name === port.name || one.port === port.number);
        return isThere ? [] : [`${title(ingress)}: Service ${name} has no port ${port.name ?? port.number}`];
      }),
    ),
    ...ofKind(objects, 'HTTPRoute', 'GRPCRoute').flatMap((route) =>
      routeBackends(route).flatMap(({ name, namespace = namespaceOf(route), port, kind = 'Service' }) => {
        if (kind !== 'Service') return [];
        const service = ofKind(objects, 'Service').find(
          (one) => one.metadata.name === name && namespaceOf(one) === namespace,
        );
        if (!service) return [`${title(route)}: there is no Service ${namespace}/${name}`];
        const isThere = service.spec.ports.some((one: Manifest) => one.port === port);
        return isThere ? [] : [`${title(route)}: Service ${name} has no port ${port}`];
      }),
    ),
  ];
}

function servicePorts({ metadata, spec }: Manifest, pods: readonly PodTemplate[]): string[] {
  const ports: Manifest[] = spec.ports ?? [];
  const picked = pods.filter(
    ({ namespace, labels }) =>
      namespace === (metadata.namespace ?? '') && selects({ matchLabels: spec.selector }, labels),
  );
  const isNamed = ports.length < 2 || ports.every(({ name }) => name !== undefined);
  return [
    ...(isNamed ? [] : ['of several ports each must have a name']),
    ...repeated(ports.map(({ name }) => name ?? '')).map((name) => `two ports are called "${name}"`),
    ...repeated(ports.map(({ port, protocol = 'TCP' }) => `${port}/${protocol}`)).map(
      (port) => `port ${port} is stated twice`,
    ),
    ...picked.flatMap((pod) =>
      ports
        .filter(({ port, targetPort = port, protocol = 'TCP' }) => !listens(pod, targetPort, protocol))
        .map(
          ({ port, targetPort = port }) => `no container of ${title(pod.owner)} has the port ${targetPort}`,
        ),
    ),
  ];
}

function listens(pod: PodTemplate, wanted: string | number, protocol: string): boolean {
  return containersOf(pod).some(({ ports = [] }) =>
    ports.some(
      (port: Manifest) =>
        (port.protocol ?? 'TCP') === protocol &&
        (typeof wanted === 'string' ? port.name === wanted : port.containerPort === wanted),
    ),
  );
}

function probePorts(pod: PodTemplate): string[] {
  return containersOf(pod).flatMap(({ name, ports = [], lifecycle, ...container }) => {
    const asked = [
      ...['startupProbe', 'livenessProbe', 'readinessProbe'].map(
        (probe) => [probe, container[probe]] as const,
      ),
      ...['postStart', 'preStop'].map((hook) => [hook, lifecycle?.[hook]] as const),
    ];
    return asked.flatMap(([what, action]) => {
      const port = (action?.httpGet ?? action?.tcpSocket ?? action?.grpc)?.port;
      if (port === undefined) return [];
      const isThere = ports.some((one: Manifest) => one.name === port || one.containerPort === port);
      return isThere ? [] : [`the ${what} of ${name} asks a port that the container does not have, ${port}`];
    });
  });
}

function backendsOf({ spec }: Manifest): Manifest[] {
  const paths: Manifest[] = (spec.rules ?? []).flatMap(({ http }: Manifest) => http?.paths ?? []);
  return [spec.defaultBackend, ...paths.map(({ backend }) => backend)].flatMap(
    (backend) => backend?.service ?? [],
  );
}

function routeBackends({ spec }: Manifest): Manifest[] {
  return (spec.rules ?? []).flatMap(({ backendRefs = [] }: Manifest) => backendRefs);
}

function outOfRange(object: Manifest): string[] {
  const numbers = ['port', 'containerPort', 'targetPort', 'nodePort', 'hostPort', 'endPort', 'number'];
  return walk(object.spec)
    .filter(({ path, value }) => numbers.includes(path.split('.').at(-1) ?? '') && typeof value === 'number')
    .filter(({ value }) => !Number.isInteger(value) || Number(value) < 1 || Number(value) > 65535)
    .map(({ path, value }) => `there is no port ${value} (${path})`);
}
