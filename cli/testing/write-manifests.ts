import { App, type Chart, Yaml } from 'cdk8s';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Writes the manifests of the app that a chart is in, as synthesis would.
 *
 * @returns the directory, which is the caller's to remove
 * @throws Error naming everything that is wrong with the app
 */
export function writeManifests(chart: Chart): string {
  const app = App.of(chart);
  const problems = app.node
    .findAll()
    .flatMap((construct) =>
      construct.node.validate().map((problem) => `[${construct.node.path}] ${problem}`),
    );
  if (problems.length > 0) throw new Error(`the app cannot be synthesized:\n  ${problems.join('\n  ')}`);
  const directory = mkdtempSync(join(tmpdir(), 'kaos-topology-'));
  for (const each of app.charts) {
    const text = Yaml.stringify(...each.toJson());
    writeFileSync(join(directory, `${each.node.id}.k8s.yaml`), text);
  }
  return directory;
}
