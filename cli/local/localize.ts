import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type LocalPorts, LOOPBACK } from './addresses';
import { containerEnvironment, expand, hasItsSecrets } from './environment';
import { UserError } from './errors';
import { type Workload } from './plan';
import { type Secrets } from './secrets';

/** A workload as a process of this machine. */
export interface LocalProcess {
  /** What it is called; no other process of the chart is called the same. */
  readonly title: string;
  /** Script and arguments for Node. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 when the workload is ready. */
  readonly readinessUrl: string;
  /** What differs from the cluster and is worth saying. */
  readonly note: string | undefined;
}

export interface Localization {
  readonly ports: LocalPorts;
  readonly secrets: Secrets;
  /** Holds the mounted files of every workload. */
  readonly directory: string;
  /** Where the bundled processes are; stands for the image's own directory. */
  readonly binDirectory: string;
}

/** Writes a workload's mounted files and says how to start it here. */
export function localize(workload: Workload, options: Localization): LocalProcess {
  const { ports, secrets, directory } = options;
  const root = join(directory, `${workload.role}-${workload.name}`);
  const toLocal = (text: string) => localizePaths(ports.localize(text), workload.mountPaths, root);
  for (const path of workload.mountPaths) mkdirSync(join(root, path), { recursive: true });
  for (const [path, text] of workload.files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), ports.localize(text));
  }
  const inCluster = containerEnvironment(workload, secrets);
  const env = Object.fromEntries(Object.entries(inCluster).map(([name, value]) => [name, toLocal(value)]));
  const start = startOf(workload, options, (text) => toLocal(expand(text, inCluster)));
  return {
    title: workload.title,
    readinessUrl: readinessUrl(workload, ports),
    ...start,
    env: { ...env, ...start.env },
  };
}

/** How each role is told where to listen, and what stands in for an image that is not here. */
function startOf(
  workload: Workload,
  { ports, secrets, binDirectory }: Localization,
  toLocal: (text: string) => string,
): Pick<LocalProcess, 'args' | 'env' | 'note'> {
  const { command, args, image } = workload.container;
  const port = String(ports.mainOf(workload));
  const [interpreter, script = '', ...rest] = [...command, ...args];
  const isOurs = interpreter === 'node' && dirname(script) === '/app';
  const own = [join(binDirectory, basename(script)), ...rest.map(toLocal)];
  switch (workload.role) {
    case 'agent':
      if (isOurs) return { args: own, env: { AGENT_HOST: LOOPBACK, AGENT_PORT: port }, note: undefined };
      break;
    case 'mcpserver':
      if (isOurs) return { args: own, env: { MCP_HOST: LOOPBACK, MCP_PORT: port }, note: undefined };
      break;
    case 'modelapi': {
      const config = args[args.indexOf('--config') + 1];
      if (!args.includes('--config') || config === undefined) break;
      const isDemo = !hasItsSecrets(workload, secrets);
      const listen = ['--host', LOOPBACK, '--port', port];
      return {
        args: [
          join(binDirectory, 'gateway.js'),
          '--config',
          toLocal(config),
          ...listen,
          ...(isDemo ? ['--demo-model'] : []),
        ],
        env: {},
        note: isDemo ? 'demo model' : undefined,
      };
    }
    case 'otel-collector':
      break;
  }
  throw new UserError(
    `${workload.title} runs image ${image}, which cannot run as a process of this machine; leave it out of the chart`,
  );
}

function readinessUrl(workload: Workload, ports: LocalPorts): string {
  const probe = workload.container.readinessProbe?.httpGet;
  if (!probe)
    throw new UserError(
      `${workload.title} has no HTTP readiness probe; without one it is not known when it is ready`,
    );
  const named = workload.container.ports.find(({ name }) => name === probe.port);
  const containerPort = typeof probe.port === 'number' ? probe.port : named?.containerPort;
  if (containerPort === undefined) {
    throw new UserError(
      `${workload.title}: its readiness probe asks port "${probe.port}", which it does not have; add it to its container`,
    );
  }
  return `http://${LOOPBACK}:${ports.of(workload, containerPort)}${probe.path}`;
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
