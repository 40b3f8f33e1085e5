import { posix } from 'node:path';
import { type SecretValue } from 'cdk8s-plus-28';
import { type IConstruct } from 'constructs';
import { HTTP_PORT, type LocalCommand, MCP_PATH } from '../../runtime/contract';
import { type Egress } from '../egress';
import { type Environment } from '../environment';
import { fail } from '../fail';
import { given, givenSecret } from '../given';
import { isPort } from '../numbers';
import { refuseSecretNames, refuseSecrets } from '../refuse-secrets';
import { type EmptyDirectory } from '../workload/pod-volumes';
import { checkVariableNames } from '../workload/variable-names';
import { localCommandAnnotation } from './local-command';
import { type ServerPod } from './tool-source';

/** User and group of a process that needs none in particular. */
const NOBODY_IN_PARTICULAR = 65532;
const GREATEST_UID = 2 ** 31 - 1;
/** Of each directory that it may write to. */
const WRITABLE_SIZE = '256Mi';
/** As Kubernetes has it where nothing else is known. */
const TERMINATION_SECONDS = 30;

/** How an MCP server that somebody else wrote is run. */
export interface ForeignServerProps {
  /** Its image, pinned by a tag other than latest or by a digest. */
  readonly image: string;
  /** @default - the image's own */
  readonly command?: readonly string[];
  /** @default - the image's own */
  readonly args?: readonly string[];
  /**
   * Port on which it speaks MCP over streamable HTTP, at all addresses of the pod.
   * @default 8000
   */
  readonly port?: number;
  /**
   * Path at which it does.
   * @default '/mcp'
   */
  readonly path?: string;
  /**
   * What tells that it lives and is ready: `tcp`, that it takes connections, or a path that answers with 200.
   * @default 'tcp'
   */
  readonly probe?: 'tcp' | `/${string}`;
  /**
   * Directories that it writes to, at most 256 MiB each, empty when a pod starts. The rest of its file system is
   * read-only.
   * @default ['/tmp']
   */
  readonly writableDirectories?: readonly string[];
  /**
   * Numeric user and group that it runs as, never root.
   * @default 65532
   */
  readonly user?: number;
  /**
   * Whether it sends telemetry as the variables of OpenTelemetry say.
   * @default false
   */
  readonly telemetry?: boolean;
  /**
   * Places outside the app that it calls.
   * @default - none
   */
  readonly egress?: readonly Egress[];
  /**
   * What runs it on a laptop, by `kaos up`: a program that is installed there, in which `$PORT` stands for the port to
   * listen on, at the same path. It gets the variables of the container, and runs when all Secrets that it needs are
   * given. Nothing is installed for it.
   * @default - a stand-in that knows its tools from `tools.lock.json`
   */
  readonly local?: LocalCommand;
}

/** The pod of a server that somebody else wrote, under the restricted Pod Security Standard. */
export function foreignPod(scope: IConstruct, props: ForeignServerProps, env: () => Environment): ServerPod {
  checkProps(scope, props);
  const { port = HTTP_PORT, path, probe = 'tcp', command, args, user = NOBODY_IN_PARTICULAR } = props;
  const asked = probe === 'tcp' ? undefined : probe;
  return {
    image: given(scope, 'image', props.image, 'text', () => 'image:0'),
    command,
    args,
    env,
    ports: [{ name: 'http', port }],
    mcpPath: path ?? MCP_PATH,
    probes: { port: 'http', liveness: asked, readiness: asked, startupSeconds: 60 },
    resources: { cpu: '50m', memory: '128Mi', memoryLimit: '512Mi' },
    user,
    terminationSeconds: TERMINATION_SECONDS,
    emptyDirectories: emptyDirectories(scope, props.writableDirectories ?? ['/tmp']),
    annotations: localCommandAnnotation(scope, props.local),
    reports: props.telemetry ?? false,
    hasLogLevel: false,
    egress: props.egress,
  };
}

/** The variables in one, each of which is what it is said to be. */
export function foreignEnvironment(
  scope: IConstruct,
  texts: Readonly<Record<string, string>> = {},
  secrets: Readonly<Record<string, SecretValue>> = {},
): Environment {
  checkVariableNames(scope, 'env', Object.keys(texts));
  checkVariableNames(scope, 'secrets', Object.keys(secrets));
  for (const name of Object.keys(secrets).filter((key) => key in texts))
    fail(scope, `${name} is in env and in secrets`, 'give it once');
  for (const [name, text] of Object.entries<unknown>(texts))
    if (typeof text !== 'string') fail(scope, `env.${name} is of type ${typeof text}`, 'give a text');
  refuseSecretNames(scope, 'env', texts, 'put it in a Secret, and give a SecretValue in secrets');
  return {
    ...texts,
    ...Object.fromEntries(
      Object.entries(secrets).flatMap(([name, value]) => {
        const known = givenSecret(scope, `secrets.${name}`, value);
        return known ? [[name, known]] : [];
      }),
    ),
  };
}

function checkProps(scope: IConstruct, props: ForeignServerProps): void {
  const { command, args, local } = props;
  const { port = HTTP_PORT, path = MCP_PATH, probe = 'tcp', user = NOBODY_IN_PARTICULAR } = props;
  refuseSecrets(scope, { command, args, local });
  if (command?.length === 0) fail(scope, 'command is empty', "leave it out to run the image's own");
  if (!isPort(port)) fail(scope, `port is ${port}`, 'give a whole number, 1 to 65535');
  if (!isPath(path)) fail(scope, `path is "${path}"`, 'give one such as /mcp');
  if (probe !== 'tcp' && !isPath(probe))
    fail(scope, `probe is "${probe as string}"`, 'give tcp or a path such as /health');
  if (!Number.isSafeInteger(user) || user < 1 || user > GREATEST_UID)
    fail(scope, `user is ${user}`, 'give a whole number, 1 or more: root is for nobody');
}

function isPath(text: unknown): boolean {
  return typeof text === 'string' && /^\/[^\s?#]*$/.test(text);
}

function emptyDirectories(scope: IConstruct, paths: readonly string[]): EmptyDirectory[] {
  const plain = paths.map((path) => posix.normalize(path).replace(/(?<=.)\/$/, ''));
  paths.forEach((path, index) => {
    if (!/^\/[^:]+$/.test(plain[index] ?? ''))
      fail(scope, `writableDirectories has "${path}"`, 'give absolute paths such as /tmp');
    if (plain.indexOf(plain[index] ?? '') !== index)
      fail(scope, `writableDirectories has "${path}" twice`, 'give it once');
  });
  return plain.map((mountPath, index) => ({ name: `writable-${index}`, mountPath, size: WRITABLE_SIZE }));
}
