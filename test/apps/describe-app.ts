import { App, type Chart, Testing } from 'cdk8s';
import { type Construct } from 'constructs';
import { type Manifest } from '../support/synth';

/** What an app's chart is expected to be. */
export interface ExpectedApp {
  readonly namespace: string;
  /** Deployments, in the order in which they are declared. */
  readonly workloads: readonly string[];
  /**
   * Namespaces beside that in which it has roles.
   * @default - none
   */
  readonly reaches?: readonly string[];
  /**
   * The workloads that ask the API of the cluster.
   * @default - none
   */
  readonly askApi?: readonly string[];
}

/** Tests that hold for every app: the manifests as they are reviewed, and what no app may lack. */
export function describeApp(
  AppChart: new (scope: Construct, id: string) => Chart,
  id: string,
  expected: ExpectedApp,
): Manifest[] {
  const manifests: Manifest[] = Testing.synth(new AppChart(new App(), id));
  const synthYaml = () => {
    const app = new App();
    new AppChart(app, id);
    return app.synthYaml();
  };

  test('the manifests', () => {
    expect(synthYaml()).toMatchSnapshot();
  });

  test('two syntheses are identical byte for byte', () => {
    expect(synthYaml()).toBe(synthYaml());
  });

  test('the workloads, each with its Service and its policy, and their namespace', () => {
    const namesOf = (kind: string): string[] =>
      manifests.filter((manifest) => manifest.kind === kind).map(({ metadata }) => metadata.name);
    expect(namesOf('Deployment')).toEqual(expected.workloads);
    expect(namesOf('Service')).toEqual(expected.workloads);
    expect(namesOf('NetworkPolicy')).toEqual(expected.workloads);
    expect(new Set(manifests.map(({ metadata }) => metadata.namespace))).toEqual(
      new Set([expected.namespace, ...(expected.reaches ?? [])]),
    );
  });

  test.each(podsOf(manifests))('%s runs restricted', (name, pod) => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: expected.askApi?.includes(name) ?? false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(pod.securityContext.runAsUser).toBeGreaterThan(10_000);
    for (const container of pod.containers) {
      expect(container.securityContext).toEqual({
        runAsNonRoot: true,
        runAsUser: pod.securityContext.runAsUser,
        runAsGroup: pod.securityContext.runAsUser,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(Object.keys(container.resources.requests)).toEqual(['cpu', 'memory']);
      expect(Object.keys(container.resources.limits)).toEqual(['memory']);
      expect(container.image).toMatch(/:v?\d+\.\d+\.\d+$/);
    }
  });

  test.each(podsOf(manifests))('%s states each variable once, and none of them empty', (_, pod) => {
    const [container] = pod.containers;
    const names = container.env.map(({ name }: { name: string }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(container.env).not.toContainEqual(expect.objectContaining({ value: '' }));
  });

  test('nothing is left empty, for the API server to drop and the next apply to bring back', () => {
    expect(emptyPaths(manifests)).toEqual([]);
  });

  return manifests;
}

/** The pod of each Deployment, by its name. */
export function podsOf(manifests: readonly Manifest[]): [string, Manifest][] {
  return manifests
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ metadata, spec }) => [metadata.name, spec.template.spec]);
}

function emptyPaths(value: unknown, path = ''): string[] {
  // The core group of Kubernetes has no other name.
  if (/\/apiGroups\/\d+$/.test(path)) return [];
  if (value === '' || value === null) return [path];
  if (typeof value !== 'object') return [];
  const entries = Object.entries(value);
  return entries.length === 0
    ? [path]
    : entries.flatMap(([key, inner]) => emptyPaths(inner, `${path}/${key}`));
}
