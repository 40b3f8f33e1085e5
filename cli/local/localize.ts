import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type LocalPorts } from './addresses';
import { LOOPBACK } from './ports';
import { containerEnvironment, expand } from './environment';
import { UserError } from './errors';
import { filesOf, type Mount } from './mounts';
import { secretFiles } from './needed-secrets';
import { remoteToolsHere } from './remote-tools';
import { sessionsHere, telemetryHere } from './stand-ins';
import { type Localization, startOf } from './start-of';
import { type Workload } from './workload';

/** A workload as a process of this machine. */
export interface LocalProcess {
  /** What it is called; no other process is called the same. */
  readonly title: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 when the workload is ready, or with the scheme `tcp` takes a connection. */
  readonly readinessUrl: string;
  /** What differs from the cluster and is worth saying. */
  readonly note: string | undefined;
  /** Whether it is a program that is not ours. */
  readonly isForeign: boolean;
}

/** Writes a workload's mounted files and says how to start it here. */
export function localize(workload: Workload, options: Localization): LocalProcess {
  const { ports, secrets, directory } = options;
  const root = join(directory, workload.namespace, `${workload.role}-${workload.name}`);
  const mountPaths = workload.mounts.map(({ path }) => path);
  const toLocal = (text: string) => localizePaths(ports.localize(text), mountPaths, root);
  for (const mount of workload.mounts) writeMount(mount, workload, root, options);
  const inCluster = containerEnvironment(workload, secrets);
  const env = Object.fromEntries(Object.entries(inCluster).map(([name, value]) => [name, toLocal(value)]));
  const start = startOf(workload, options, (text) => toLocal(expand(text, inCluster)));
  for (const [file, text] of start.files ?? []) writeFileSync(file, text);
  const here = [
    telemetryHere(env, inCluster, options),
    sessionsHere(env),
    remoteToolsHere(workload, env, options),
  ];
  const notes = [...start.notes, ...here.flatMap(({ notes = [] }) => notes), ...replicasNote(workload)];
  return {
    title: workload.title,
    readinessUrl: readinessUrl(workload, ports),
    command: start.command,
    env: Object.assign({}, env, ...here.map((part) => part.env), start.env) as Record<string, string>,
    isForeign: start.isForeign ?? false,
    note: notes.length > 0 ? notes.join(', ') : undefined,
  };
}

function replicasNote({ replicas }: Workload): string[] {
  return replicas > 1 ? [`one process for ${replicas} replicas`] : [];
}

function writeMount(mount: Mount, { title }: Workload, root: string, { ports, secrets }: Localization): void {
  const { path: mountPath, content } = mount;
  const files = filesOf(mount, (volume) => secretFiles(volume, secrets, title));
  const isFile = files.has('');
  if (!isFile) mkdirSync(join(root, mountPath), { recursive: true });
  for (const [path, text] of files) {
    const file = join(root, mountPath, path);
    mkdirSync(dirname(file), { recursive: true });
    // A value of a Secret is passed on as it is, and only to its owner.
    if (content.kind === 'secret') writeFileSync(file, text, { mode: 0o600 });
    else writeFileSync(file, ports.localize(text));
  }
}

function readinessUrl(workload: Workload, ports: LocalPorts): string {
  const { httpGet, tcpSocket } = workload.container.readinessProbe ?? {};
  const probe = httpGet ?? tcpSocket;
  if (!probe)
    throw new UserError(
      `${workload.title} has no HTTP or TCP readiness probe; without one it is not known when it is ready`,
    );
  const named = workload.container.ports.find(({ name }) => name === probe.port);
  const containerPort = typeof probe.port === 'number' ? probe.port : named?.containerPort;
  if (containerPort === undefined) {
    throw new UserError(
      `${workload.title}: its readiness probe asks port "${probe.port}", which it does not have; add it to its container`,
    );
  }
  const address = `${LOOPBACK}:${ports.of(workload, containerPort)}`;
  return httpGet ? `http://${address}${httpGet.path}` : `tcp://${address}`;
}

/** A path under a mount, or each of a list of paths, moves into the directory that holds the mounted files here. */
function localizePaths(text: string, mountPaths: readonly string[], root: string): string {
  const parts = text.split(',');
  const isList = parts.every((part) => /^\/\S*$/.test(part));
  if (!isList) return text; // words that a path is among are not to be touched
  const isUnder = (path: string, mount: string) => path === mount || path.startsWith(`${mount}/`);
  return parts
    .map((part) => (mountPaths.some((mount) => isUnder(part, mount)) ? join(root, part) : part))
    .join(',');
}
