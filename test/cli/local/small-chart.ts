import { App, Chart } from 'cdk8s';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalPorts } from '../../../cli/local/addresses';
import { type Manifests, readManifests } from '../../../cli/local/manifests';
import { type ConfigMap, type Container, type Controller, type Service } from '../../../cli/local/objects';
import { buildPlan, type Plan } from '../../../cli/local/plan';
import { type Role, type Workload } from '../../../cli/local/workload';
import { NAMESPACE } from '../../support/synth';

/** What `kaos up` reads of a chart `research` with what `build` puts into it, from a file as in `dist/`. */
export function synthesized(build: (chart: Chart) => void): Manifests[] {
  const outdir = mkdtempSync(join(tmpdir(), 'kaos-test-'));
  try {
    const app = new App({ outdir });
    build(new Chart(app, 'research', { namespace: NAMESPACE }));
    app.synth();
    return readManifests(outdir, ['research']);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Manifests of a chart made by hand where no construct makes the like. */
export function chartOf(
  controllers: readonly Controller[],
  services: readonly Service[] = [],
  configMaps: readonly ConfigMap[] = [],
  chart = 'small',
): Manifests {
  return { chart, controllers, services, configMaps, objects: [] };
}

export function planOf(...parts: Parameters<typeof chartOf>): Plan {
  return buildPlan([chartOf(...parts)]);
}

export interface Given {
  readonly namespace?: string | undefined;
  readonly container?: Partial<Container>;
  /** Else each mount is of an empty directory. */
  readonly volumes?: Controller['spec']['template']['spec']['volumes'];
  readonly spec?: Partial<Omit<Controller['spec'], 'template'>>;
  readonly kind?: Controller['kind'];
}

/** A Deployment `<role>-<name>` that listens on port 8000, named `http`. */
export function deployment(role: Role, name: string, given: Given = {}): Controller {
  const { container, spec, kind = 'Deployment' } = given;
  const mounted = container?.volumeMounts ?? [];
  const volumes = given.volumes ?? mounted.map((mount) => ({ name: mount.name, emptyDir: {} }));
  const namespace = 'namespace' in given ? given.namespace : NAMESPACE;
  const labels = { app: role, [role]: name };
  const defaults: Container = {
    name: 'main',
    image: 'image:1',
    command: [],
    args: [],
    env: [],
    ports: [{ name: 'http', containerPort: 8000 }],
    volumeMounts: [],
  };
  const pod = { initContainers: [], containers: [{ ...defaults, ...container }], volumes };
  return {
    kind,
    metadata: { name: `${role}-${name}`, namespace, labels },
    spec: {
      replicas: 1,
      volumeClaimTemplates: [],
      ...spec,
      template: { metadata: { labels }, spec: pod },
    },
  };
}

/** The Service in front of a Deployment, with its name. */
export function serviceOf(
  { metadata }: Controller,
  ports: Service['spec']['ports'] = [{ port: 8000, targetPort: 'http' }],
): Service {
  return { metadata, spec: { selector: metadata.labels, ports } };
}

/** The workload of that title. */
export function workloadOf(plan: Plan, title: string): Workload {
  const found = plan.workloads.find((workload) => workload.title === title);
  if (!found) throw new Error(`no workload "${title}"`);
  return found;
}

/** Ports from 40000 on, in the order of the plan; nothing listens there. */
export function numberedPorts(plan: Plan): LocalPorts {
  let next = 40_000;
  return new LocalPorts(
    plan,
    new Map(
      plan.workloads.map((workload) => [
        workload,
        new Map(workload.container.ports.map(({ containerPort }) => [containerPort, next++])),
      ]),
    ),
  );
}
