import { createServer } from 'node:net';
import { UserError } from './errors';
import { addressesAt, type Plan } from './plan';
import { type Role, type Workload } from './workload';

/** The only address on which anything listens here. */
export const LOOPBACK = '127.0.0.1';

/** Which port of this machine stands for which port of a workload. */
export class LocalPorts {
  constructor(
    private readonly plan: Plan,
    private readonly ports: ReadonlyMap<Workload, ReadonlyMap<number, number>>,
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

  private find(host: string, port: number): string | undefined {
    // What containers call their host by is this machine.
    if (host.toLowerCase() === CONTAINER_HOST) return `${LOOPBACK}:${port}`;
    const target = addressesAt(this.plan, host).find((address) => address.port === port);
    return target && `${LOOPBACK}:${this.of(target.workload, target.containerPort)}`;
  }
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
 * Finds a free port for every port of every workload.
 *
 * @param wanted ports that somebody asked for; one that is in use is an error
 */
export async function allocatePorts(plan: Plan, wanted: ReadonlyMap<Workload, number>): Promise<LocalPorts> {
  const held: { close(): Promise<void> }[] = [];
  const ports = new Map<Workload, ReadonlyMap<number, number>>();
  try {
    // What somebody asked for comes first, lest it be found for another.
    const inOrder = [...plan.workloads].sort((a, b) => Number(wanted.has(b)) - Number(wanted.has(a)));
    for (const workload of inOrder) {
      const own = new Map<number, number>();
      for (const { containerPort } of workload.container.ports) {
        const shared = sharedPort(workload, containerPort, ports);
        if (shared !== undefined) {
          own.set(containerPort, shared);
          continue;
        }
        const isMain = containerPort === mainContainerPort(workload);
        const hold = await holdPort((isMain ? wanted.get(workload) : undefined) ?? 0, workload.title);
        held.push(hold);
        own.set(containerPort, hold.port);
      }
      ports.set(workload, own);
    }
  } finally {
    // All are held until all are found, so that none is found twice.
    await Promise.all(held.map((hold) => hold.close()));
  }
  return new LocalPorts(plan, ports);
}

/** One receiver stands for all collectors, of however many tiers and charts. */
function sharedPort(
  { role }: Workload,
  containerPort: number,
  ports: ReadonlyMap<Workload, ReadonlyMap<number, number>>,
): number | undefined {
  if (role !== 'otel-collector') return undefined;
  const others = [...ports].filter(([other]) => other.role === role);
  return others.map(([, own]) => own.get(containerPort)).find((port) => port !== undefined);
}

export async function isFree(port: number): Promise<boolean> {
  try {
    await (await holdPort(port, '')).close();
    return true;
  } catch {
    return false;
  }
}

function mainContainerPort(workload: Workload): number {
  const [first] = workload.container.ports;
  if (!first) throw new UserError(`${workload.title} has no port; give its container one`);
  return first.containerPort;
}

function holdPort(port: number, holder: string): Promise<{ port: number; close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const problem = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be had (${error.code})`;
      reject(
        new UserError(`port ${port} for ${holder} ${problem}; give another with --port`, { cause: error }),
      );
    });
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('a TCP server has an address');
      resolve({ port: address.port, close: () => new Promise((closed) => server.close(() => closed())) });
    });
  });
}
