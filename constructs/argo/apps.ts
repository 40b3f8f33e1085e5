import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { ArgoApplication, type ArgoSyncProps } from './application';
import { chartName } from './manifests';
import { fail } from '../fail';
import { byText } from '../order';
import { given } from '../given';

/** What a set of Applications is made of. */
export interface ArgoAppsProps extends ArgoSyncProps {
  /** Charts to apply, such as `app.charts`; the one that this construct is in is left out. At least one. */
  readonly charts: readonly Chart[];
  /**
   * Whether one more Application applies the chart that this construct is in, and so all the others. It is in the
   * project `default`, because it brings the projects of the others; it is the one to apply by hand.
   * @default false
   */
  readonly root?: boolean;
}

/**
 * Has Argo CD apply the manifests of many charts.
 *
 * Renders an Application for each chart, called like the chart.
 */
export class ArgoApps extends Construct {
  /** The Applications of the charts, in the order of their names. */
  readonly applications: readonly ArgoApplication[];

  constructor(scope: Construct, id: string, props: ArgoAppsProps) {
    super(scope, id);
    const { charts: said, root = false, ...sync } = props;
    const charts = given(this, 'charts', said, 'list', () => []);
    const twice = charts.find((chart, index) => charts.indexOf(chart) !== index);
    if (twice) fail(this, `charts has ${twice.node.path} twice`, 'name it once');
    const own = Chart.of(this);
    const others = [...new Set(charts)]
      .filter((chart) => chart !== own)
      .sort((a, b) => byText(chartName(a), chartName(b)));
    if (others.length === 0) fail(this, 'there is no chart to apply in charts', 'give at least one');

    if (root) {
      new ArgoApplication(this, 'root', {
        ...sync,
        chart: own,
        project: 'default',
        // It is there, with Argo CD in it.
        createNamespace: false,
        syncWaves: false,
        cascade: false,
      });
    }
    this.applications = others.map(
      (chart) => new ArgoApplication(this, chartName(chart), { ...sync, chart }),
    );
  }
}
