import { App, Chart, Testing } from 'cdk8s';
import { type Construct } from 'constructs';

/** A rendered object, as deep as tests look into it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- manifests are read here, their schema is another test's matter
export type Manifest = any;

export const NAMESPACE = 'tests';

/** Synthesizes a chart `research` with what `build` puts into it. */
export function synth(build: (chart: Chart) => void): Manifest[] {
  return synthApp((app) => build(new Chart(app, 'research', { namespace: NAMESPACE })));
}

/** Synthesizes all charts of an app. */
export function synthApp(build: (app: App) => void): Manifest[] {
  const app = new App();
  build(app);
  return app.charts.flatMap((chart) => Testing.synth(chart));
}

/** A chart to construct things in that are not synthesized. */
export function chart(): Construct {
  return new Chart(new App(), 'research', { namespace: NAMESPACE });
}

/** The one manifest of this kind and name. */
export function find(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  expect(found).toHaveLength(1);
  return found[0];
}

/** The variables with a literal value of a Deployment's container. */
export function envOf(deployment: Manifest): Record<string, string> {
  const variables: { name: string; value?: string }[] = deployment.spec.template.spec.containers[0].env;
  return Object.fromEntries(
    variables.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The error with which validation of an app ends, one line for each problem. */
export function validationError(...problems: string[]): Error {
  return new Error(`Validation failed with the following errors:\n  ${problems.join('\n  ')}`);
}

/** All that synthesis reports of a chart `research` with what `build` puts into it, as `[path] problem; fix`. */
export function problemsOf(build: (chart: Chart) => void): string[] {
  const app = new App();
  build(new Chart(app, 'research', { namespace: NAMESPACE }));
  return app.node
    .findAll()
    .flatMap(({ node }) => node.validate().map((problem) => `[${node.path}] ${problem}`));
}
