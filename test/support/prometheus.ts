import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { claimPort, LOOPBACK } from '../../cli/local/ports';
import { getJson } from './http';
import { Program } from './program';
import { type Manifest } from './synth';

/** An alert that Prometheus knows of. */
export interface RaisedAlert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
}

/** What a Prometheus reads, and what it looks for in it. */
export interface PrometheusSetup {
  /** Where it may write. */
  readonly directory: string;
  /** Objects of the kind PrometheusRule; a minute lasts a second in them. */
  readonly rules: readonly Manifest[];
  /** Addresses of collectors' own metrics. */
  readonly collectors: readonly string[];
  /**
   * Address of metrics that say themselves which job and instance they are of.
   * @default - none
   */
  readonly agents?: string;
}

/** Prometheus itself, which reads and thinks twice a second. */
export class Prometheus {
  static async start({ directory, rules, collectors, agents }: PrometheusSetup): Promise<Prometheus> {
    const config = join(directory, 'prometheus.yaml');
    const files = rules.map((object, index) => {
      const file = join(directory, `rules-${index}.yaml`);
      writeFileSync(file, stringify({ groups: hurriedGroups(object) }));
      return file;
    });
    const interval = '500ms';
    const settings = {
      global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
      rule_files: files,
      scrape_configs: [
        { job_name: 'agents', honor_labels: true, static_configs: [{ targets: agents ? [agents] : [] }] },
        { job_name: 'collectors', static_configs: [{ targets: collectors }] },
      ],
    };
    writeFileSync(config, stringify(settings));
    const { port, release } = await claimPort();
    const program = new Program('prometheus', [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${LOOPBACK}:${port}`,
    ]);
    await program.printed(/ready to receive web requests/);
    return new Prometheus(`http://${LOOPBACK}:${port}/api/v1`, program, release);
  }

  private constructor(
    private readonly url: string,
    private readonly program: Program,
    private readonly release: () => void,
  ) {}

  async alerts(): Promise<RaisedAlert[]> {
    return (await this.get('alerts')).alerts;
  }

  /** Values of an expression as it is now. */
  async query(expression: string): Promise<number[]> {
    const { result } = await this.get(`query?query=${encodeURIComponent(expression)}`);
    return result.map(({ value }: Manifest) => Number(value[1]));
  }

  /** Names of all metrics that there have been. */
  async metrics(): Promise<string[]> {
    return this.get('label/__name__/values');
  }

  async stop(): Promise<void> {
    await this.program.stop();
    this.release();
  }

  private async get(path: string): Promise<Manifest> {
    const { status, body } = await getJson(`${this.url}/${path}`);
    if (status !== 200) throw new Error(`Prometheus answers ${status} to ${path}: ${JSON.stringify(body)}`);
    return body.data;
  }
}

/** Groups in which a minute lasts a second: of the windows that they look back on, and of how long something has to be so. */
function hurriedGroups({ spec }: Manifest): object[] {
  return spec.groups.map(({ name, rules }: Manifest) => ({
    name,
    rules: rules.map((rule: Manifest) => ({
      ...rule,
      expr: rule.expr.replace(/\[(\d+)m\]/g, '[$1s]'),
      ...(rule.for && { for: rule.for.replace(/^(\d+)m$/, '$1s') }),
    })),
  }));
}
