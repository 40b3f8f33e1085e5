import { App, Chart, Names, YamlOutputType } from 'cdk8s';

/** Where the manifests of a chart are, as a directory source of Argo CD states it. */
export interface ManifestSource {
  readonly path: string;
  readonly include: string;
}

/** What a chart is called: in the name of its file, and so of its Application. */
export function chartName(chart: Chart): string {
  return Names.toDnsLabel(chart);
}

/** Where synthesis puts the manifests of a chart, below the directory it writes to. */
export function manifestSource(chart: Chart, directory: string): ManifestSource {
  const app = App.of(chart);
  const name = `${fileNumber(app, chart)}${chartName(chart)}`;
  return app.yamlOutputType === YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE
    ? { path: `${directory}/${name}`, include: `*${app.outputFileExtension}` }
    : { path: directory, include: `${name}${app.outputFileExtension}` };
}

/** Reports an app whose files have more or less in them than one chart. */
export function unseparated(chart: Chart): string[] {
  const { FILE_PER_CHART, FOLDER_PER_CHART_FILE_PER_RESOURCE } = YamlOutputType;
  const { yamlOutputType } = App.of(chart);
  if (yamlOutputType === FILE_PER_CHART || yamlOutputType === FOLDER_PER_CHART_FILE_PER_RESOURCE) return [];
  return [
    'an Application syncs one chart, and the files of this App are not divided by chart; ' +
      'give the App the yamlOutputType FILE_PER_CHART or FOLDER_PER_CHART_FILE_PER_RESOURCE',
  ];
}

/** cdk8s numbers the files of all charts as soon as one chart depends on another. */
function fileNumber({ charts }: App, chart: Chart): string {
  const isNumbered = charts.some((one) => one.node.dependencies.some((other) => Chart.of(other) !== one));
  return isNumbered ? `${String(charts.indexOf(chart)).padStart(4, '0')}-` : '';
}
