import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { dashboardJson } from './dashboard-json';
import { fail } from '../fail';
import { chartLabels } from '../labels';
import { nameOf } from '../names';
import { refuseSecrets } from '../refuse-secrets';
import { Registry } from '../registry';

/** Label by which Grafana's sidecar finds dashboards. */
const DASHBOARD_LABEL = { grafana_dashboard: '1' };

/** What a dashboard shows, and how Grafana finds it. */
export interface DashboardProps {
  /**
   * Its title. Grafana knows it by this too, so two in one Grafana need two titles.
   * @default 'Agents'
   */
  readonly title?: string;
  /**
   * Whether it shows what collectors make of spans, which they do unless a stack's `spanMetrics` is false.
   * @default true
   */
  readonly spans?: boolean;
  /**
   * Whether it shows collectors. Their metrics have to be read from port 8888.
   * @default true
   */
  readonly collectors?: boolean;
  /**
   * Labels by which Grafana's sidecar finds it.
   * @default { grafana_dashboard: '1' }
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Folder that it is put into, where the sidecar reads it from the annotation `grafana_folder`.
   * @default - the sidecar's own
   */
  readonly folder?: string;
}

/**
 * A dashboard about agents, for a Grafana with a Prometheus that takes OTLP.
 *
 * Renders the ConfigMap `<id>`.
 */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps = {}) {
    super(scope, id);
    refuseSecrets(this, props);
    Registry.watch(this);
    const { title = 'Agents', spans = true, collectors = true, labels = DASHBOARD_LABEL, folder } = props;
    if (title.trim() === '') fail(this, 'title is empty', 'give one');
    const name = nameOf(this);
    new k8s.KubeConfigMap(this, 'dashboard', {
      metadata: {
        name,
        labels: { ...labels, ...chartLabels(this) },
        annotations: folder === undefined ? undefined : { grafana_folder: folder },
      },
      data: { [`${name}.json`]: dashboardJson({ title, spans, collectors }) },
    });
  }
}
