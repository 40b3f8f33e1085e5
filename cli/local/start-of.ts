import { basename, dirname } from 'node:path';
import { PYTHON_SERVER_COMMAND } from '../../runtime/contract';
import { type LocalPorts } from './addresses';
import { ownBundle } from './own-bundle';
import { LOOPBACK } from './ports';
import { UserError } from './errors';
import { foreignServer, whyNoProgram } from './foreign-server';
import { hasItsSecrets } from './needed-secrets';
import { pythonServer, whyNoPython } from './python';
import { type RealParts } from './real/components';
import { realCollector, realGateway } from './real/real-start';
import { type Secrets } from './secrets';
import { stdioHere } from './stdio-command';
import { type Role, type Workload } from './workload';

export interface Localization {
  readonly ports: LocalPorts;
  readonly secrets: Secrets;
  /** Where telemetry is received here; undefined when nobody receives it. */
  readonly otlp: { readonly grpcUrl: string; readonly httpUrl: string } | undefined;
  /**
   * Where something answers here in place of a tool server of other people, by the name that the lock has for it.
   * @default - nothing does
   */
  readonly toolStandIn?: (server: string) => string | undefined;
  /** Holds the mounted files of every workload. */
  readonly directory: string;
  /** The file that knows the tools of servers which are not here; there need not be one. */
  readonly toolsLock: string;
  /** Where the bundled processes are; stands for the image's own directory. */
  readonly binDirectory: string;
  /** Programs that take the place of stand-ins. */
  readonly real: RealParts;
  /** Base address of the model that answers where no provider can be asked; undefined where each gateway has its own. */
  readonly demoModelUrl: string | undefined;
}

/** How a workload is started here. */
export interface Start {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Variables beside those of the manifest. */
  readonly env: Readonly<Record<string, string>>;
  /** What differs from the cluster and is worth saying. */
  readonly notes: readonly string[];
  /**
   * Files of this machine to write before, by their paths.
   * @default - none
   */
  readonly files?: ReadonlyMap<string, string>;
  /**
   * Whether it is a program that is not ours.
   * @default false
   */
  readonly isForeign?: boolean;
}

/**
 * How each role is told where to listen, and what stands in for an image that is not here.
 *
 * @throws UserError when nothing does
 */
export function startOf(workload: Workload, options: Localization, toLocal: (text: string) => string): Start {
  const start = starterOf(workload.role)(workload, options, toLocal);
  if (start) return start;
  const { title, container } = workload;
  throw new UserError(
    `${title} runs image ${container.image}, which cannot run as a process of this machine; leave it out of the chart`,
  );
}

type Starter = (
  workload: Workload,
  options: Localization,
  toLocal: (text: string) => string,
) => Start | undefined;

function starterOf(role: Role): Starter {
  if (role === 'otel-collector') return realCollector;
  if (role !== 'modelapi') {
    return (workload, options, toLocal) =>
      ownProcess(workload, options, toLocal) ??
      pythonProcess(workload, options) ??
      foreignServer(workload, options, toLocal);
  }
  return (...all) => hostedModels(...all) ?? realGateway(...all) ?? gateway(...all);
}

/** The variables by which our own processes learn where to listen. */
const LISTEN_VARIABLES = {
  agent: ['AGENT_HOST', 'AGENT_PORT'],
  mcpserver: ['MCP_HOST', 'MCP_PORT'],
} as const;

/** Whether its tools are served by code of ours, whatever they are written in. */
export function hasOurServer(workload: Workload): boolean {
  return isOwnProcess(workload) || isPython(workload);
}

/** Why a tool server would at best be stood in for here; undefined where it runs itself. */
export function whyAway(
  server: Workload,
  options: Pick<Localization, 'secrets' | 'toolsLock' | 'binDirectory'>,
): string | undefined {
  if (isOwnProcess(server)) return undefined;
  return isPython(server) ? whyNoPython(options.binDirectory) : whyNoProgram(server, options);
}

/** Whether it is one of our own processes, which run here as they do in a cluster. */
function isOwnProcess({ role, container }: Workload): boolean {
  const [interpreter, script = ''] = [...container.command, ...container.args];
  return interpreter === 'node' && dirname(script) === '/app' && role in LISTEN_VARIABLES;
}

function ownProcess(
  workload: Workload,
  { ports, binDirectory }: Localization,
  toLocal: (text: string) => string,
): Start | undefined {
  const { role, container } = workload;
  const [, script = '', ...rest] = [...container.command, ...container.args];
  if (!isOwnProcess(workload) || (role !== 'agent' && role !== 'mcpserver')) return undefined;
  const [host, port] = LISTEN_VARIABLES[role];
  const stdio = stdioHere(workload, toLocal);
  return {
    command: [...ownBundle(binDirectory, basename(script)), ...rest.map(toLocal)],
    env: { [host]: LOOPBACK, [port]: String(ports.mainOf(workload)), ...stdio },
    notes: [],
  };
}

function isPython({ role, container }: Workload): boolean {
  const command = [...container.command, ...container.args].join(' ');
  return role === 'mcpserver' && command === PYTHON_SERVER_COMMAND.join(' ');
}

/** Tools in Python, by a Python of this machine. */
function pythonProcess(workload: Workload, { ports, binDirectory }: Localization): Start | undefined {
  if (!isPython(workload)) return undefined;
  const { env, ...start } = pythonServer(workload.title, binDirectory);
  const [host, port] = LISTEN_VARIABLES.mcpserver;
  return { ...start, env: { ...env, [host]: LOOPBACK, [port]: String(ports.mainOf(workload)) }, notes: [] };
}

/** LiteLLM: our gateway with its configuration; without its keys the demo model is behind it. */
function gateway(
  workload: Workload,
  options: Localization,
  toLocal: (text: string) => string,
): Start | undefined {
  const { args } = workload.container;
  const config = args[args.indexOf('--config') + 1];
  if (!args.includes('--config') || config === undefined) return undefined;
  const isDemo = !hasItsSecrets(workload, options.secrets);
  const running = options.ports.urlsOf('modelapi').flatMap((url) => ['--running', url]);
  return {
    command: [
      ...gatewayAt(workload, options),
      ...['--config', toLocal(config)],
      ...(isDemo ? ['--demo-model', ...running] : []),
    ],
    env: {},
    notes: isDemo ? ['demo model'] : [],
  };
}

/** Ollama, whose script gets the models as its arguments: the demo model under their names. */
function hostedModels(
  workload: Workload,
  options: Localization,
  toLocal: (text: string) => string,
): Start | undefined {
  const { command, args } = workload.container;
  const [shell, , , name] = command;
  if (shell !== '/bin/sh' || name !== 'ollama' || args.length === 0) return undefined;
  const models = args.flatMap((model) => ['--model', toLocal(model)]);
  return { command: [...gatewayAt(workload, options), ...models], env: {}, notes: ['demo model'] };
}

function gatewayAt(workload: Workload, { ports, binDirectory }: Localization): string[] {
  const port = String(ports.mainOf(workload));
  return [...ownBundle(binDirectory, 'gateway.js'), '--host', LOOPBACK, '--port', port];
}
