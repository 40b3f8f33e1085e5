import { UserError } from './errors';
import { addressesAt, type Plan } from './plan';
import { claimPort, type ClaimedPort, LOOPBACK, whyTaken } from './ports';
import { type Role, type Workload } from './workload';

/** Which port of this machine stands for which port of a workload. */
export class LocalPorts {
  constructor(
    private readonly plan: Plan,
    private readonly ports: ReadonlyMap<Workload, ReadonlyMap<number, number>>,
    private readonly claims: readonly ClaimedPort[] = [],
  ) {}

  /** The port here that stands for a container's port. */
  of(workload: Workload, containerPort: number): number {
    const port = this.ports.get(workload)?.get(containerPort);
    if (port === undefined)
      throw new UserError(`${workload.title} has no port ${containerPort}; name it in its container's ports`);
    return port;
  }

  /** The port here of a container's only or first port. */
  mainOf(workload: Workload): number {
    return this.of(workload, mainContainerPort(workload));
  }

  urlOf(workload: Workload): string {
    return `http://${LOOPBACK}:${this.mainOf(workload)}`;
  }

  /** Where the workloads of a role answer here. */
  urlsOf(role: Role): string[] {
    return this.plan.workloads.filter((workload) => workload.role === role).map((each) => this.urlOf(each));
  }

  /**
   * Text in which the address of each Service that runs here is replaced by the one that stands for it: in URLs, and
   * where `host:port` is the whole text. Elsewhere the same words are no address and stay.
   */
  localize(text: string): string {
    const [, host, port] = HOST_AND_PORT.exec(text) ?? [];
    if (host !== undefined) return this.find(host, Number(port)) ?? text;
    return text.replace(
      URL_START,
      (whole, before: string, scheme: string, name: string, stated: string | undefined) => {
        const local = this.find(name, Number(stated ?? DEFAULT_PORTS[scheme.toLowerCase()]));
        return local === undefined ? whole : before + local;
      },
    );
  }

  /** `host:port` here of all that answer at a name of the cluster, on a port. */
  addressesOf(host: string, port: number): string[] {
    return addressesAt(this.plan, host)
      .filter((address) => address.port === port)
      .map(({ workload, containerPort }) => `${LOOPBACK}:${this.of(workload, containerPort)}`);
  }

  /** Lets others have the ports, when nothing of the plan runs any more. */
  release(): void {
    for (const claim of this.claims) claim.release();
  }

  private find(host: string, port: number): string | undefined {
    // What containers call their host by is this machine.
    if (host.toLowerCase() === CONTAINER_HOST) return `${LOOPBACK}:${port}`;
    const target = addressesAt(this.plan, host).find((address) => address.port === port);
    return target && `${LOOPBACK}:${this.of(target.workload, target.containerPort)}`;
  }
}

/** Whether a URL of a manifest leads to this machine, where the plan runs on it. */
export function isOnThisMachine(plan: Plan, url: string): boolean {
  const { protocol, hostname, port } = new URL(url);
  const wanted = Number(port || DEFAULT_PORTS[protocol.slice(0, -1)]);
  return (
    [LOOPBACK, CONTAINER_HOST].includes(hostname) ||
    addressesAt(plan, hostname).some((address) => address.port === wanted)
  );
}

const CONTAINER_HOST = 'host.docker.internal';

const HOST_AND_PORT = /^([a-z0-9.-]+):(\d+)$/i;

/**
 * Scheme, user if any, host and port, where the host ends: neither in a longer name nor in a placeholder. All have
 * a length, so that a minified tool module, which is one long word, takes no longer than other text.
 */
const URL_START =
  /(\b([a-z][a-z0-9+.-]{0,19}):\/\/(?:[^\s/?#@"'<>]{0,255}@)?)([a-z0-9.-]{1,254})(?::(\d+))?(?!\.?[\p{L}\p{N}_:@%${-])/giu;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, ws: 80, wss: 443 };

/**
 * Finds a free port for every port of every workload. They stay claimed until they are released.
 *
 * @param wanted ports that somebody asked for
 * @param oneCollector whether one receiver stands for all collectors, of however many tiers and charts
 * @throws UserError when one that somebody asked for is in use
 */
export async function allocatePorts(
  plan: Plan,
  wanted: ReadonlyMap<Workload, number>,
  oneCollector = true,
): Promise<LocalPorts> {
  await refuseTaken(wanted);
  const asked = new Set(wanted.values());
  const claims: ClaimedPort[] = [];
  const claimNext = async () => {
    const claim = await claimPort(asked);
    claims.push(claim);
    return claim.port;
  };
  const ports = new Map<Workload, ReadonlyMap<number, number>>();
  for (const workload of plan.workloads) {
    const own = new Map<number, number>();
    for (const { containerPort } of workload.container.ports) {
      const isMain = containerPort === mainContainerPort(workload);
      const shared = oneCollector ? sharedPort(workload, containerPort, ports) : undefined;
      const known = shared ?? (isMain ? wanted.get(workload) : undefined);
      own.set(containerPort, known ?? (await claimNext()));
    }
    ports.set(workload, own);
  }
  return new LocalPorts(plan, ports, claims);
}

async function refuseTaken(wanted: ReadonlyMap<Workload, number>): Promise<void> {
  const seen = new Set<number>();
  for (const [{ title }, port] of wanted) {
    const error = await whyTaken(port);
    const inUse = error?.code === 'EADDRINUSE' || seen.has(port);
    seen.add(port);
    if (!inUse && !error) continue;
    const problem = inUse ? 'is in use' : `cannot be had (${error?.code})`;
    throw new UserError(`port ${port} for ${title} ${problem}; give another with --port`, { cause: error });
  }
}

/** The port of another collector, for the same protocol. */
function sharedPort(
  { role }: Workload,
  containerPort: number,
  ports: ReadonlyMap<Workload, ReadonlyMap<number, number>>,
): number | undefined {
  if (role !== 'otel-collector') return undefined;
  const others = [...ports].filter(([other]) => other.role === role);
  return others.map(([, own]) => own.get(containerPort)).find((port) => port !== undefined);
}

function mainContainerPort(workload: Workload): number {
  const [first] = workload.container.ports;
  if (!first) throw new UserError(`${workload.title} has no port; give its container one`);
  return first.containerPort;
}
