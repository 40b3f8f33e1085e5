import { ApiObject, Chart } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { clusterOf } from './cluster';
import { Addresses } from './exposure/addresses';
import { SyncWaves } from './sync-waves';
import { type Workload } from './workload/workload';
import { byText } from './order';

/** Id of the one registry of an app. What it reports carries it as path, and nobody gives it to a chart. */
const ID = '<app>';

/** What concerns an app as a whole: its workloads, and that no two of its objects are the same. */
export class Registry extends Construct {
  /** The registry of the app that a construct belongs to. */
  static of(construct: IConstruct): Registry {
    const { root } = construct.node;
    const existing = root.node.tryFindChild(ID);
    return existing instanceof Registry ? existing : new Registry(root as Construct, ID);
  }

  /** Has the objects of the app that a construct belongs to compared, also where there is no workload. */
  static watch(construct: IConstruct): void {
    Registry.of(construct);
  }

  /** In which order Argo CD applies them. */
  readonly waves = new SyncWaves();
  /** Where they are exposed. */
  readonly addresses = new Addresses();
  private readonly all: Workload[] = [];
  private reporters: ReadonlyMap<unknown, readonly Workload[]> | undefined;

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    this.node.addValidation({
      validate: () => {
        this.waves.reset();
        this.reporters = undefined;
        return [...duplicates(scope), ...this.addresses.clashes()];
      },
    });
  }

  /** Every workload, in the order of their paths. */
  get workloads(): readonly Workload[] {
    return [...this.all].sort((a, b) => byText(a.node.path, b.node.path));
  }

  /** All that report to a workload. Complete at synthesis, and worked out once for it. */
  reportersOf(workload: Workload): readonly Workload[] {
    this.reporters ??= byTarget(this.workloads);
    return this.reporters.get(workload) ?? [];
  }

  /** Makes a workload known. */
  add(workload: Workload): void {
    this.all.push(workload);
  }
}

function byTarget(workloads: readonly Workload[]): Map<unknown, Workload[]> {
  const reporters = new Map<unknown, Workload[]>();
  for (const workload of workloads) {
    const target = workload.reporting?.to;
    const known = reporters.get(target);
    if (known) known.push(workload);
    else reporters.set(target, [workload]);
  }
  return reporters;
}

/** Reports objects that an app declares twice: on apply, the last would win in silence. */
function duplicates(root: IConstruct): string[] {
  const objects = root.node.findAll().filter((construct) => ApiObject.isApiObject(construct));
  const first = new Map<string, ApiObject>();
  return objects.flatMap((object) => {
    const other = first.get(identityOf(object));
    if (!other) {
      first.set(identityOf(object), object);
      return [];
    }
    const paths = `${other.node.path} and ${object.node.path}`;
    return [`${describe(object)} is declared twice, by ${paths}; give one of the two another name`];
  });
}

function identityOf(object: ApiObject): string {
  const { apiGroup, kind, name, metadata } = object;
  const chart = Chart.of(object);
  // A chart without a namespace can be applied to any, and two of them each to its own.
  const place = chart.namespace === undefined ? { chart: chart.node.path } : {};
  return JSON.stringify([clusterOf(object).name, place, metadata.namespace, apiGroup, kind, name]);
}

function describe({ kind, name, metadata }: ApiObject): string {
  return `${kind} "${name}"${metadata.namespace ? ` in namespace "${metadata.namespace}"` : ''}`;
}
