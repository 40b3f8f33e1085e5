import { type Duration } from 'cdk8s';
import { type SecretValue } from 'cdk8s-plus-28';
import { type IConstruct } from 'constructs';
import {
  HTTP_PORT,
  MAX_STDIO_POOL_SIZE,
  MAX_TIMEOUT_MS,
  MCP_SERVER_COMMAND,
  mcpServerConfigToEnv,
} from '../../runtime/contract';
import { type Egress } from '../egress';
import { type Environment } from '../environment';
import { fail } from '../fail';
import { given, givenSecret } from '../given';
import { isCount } from '../numbers';
import { refuseSecretNames } from '../refuse-secrets';
import { RUNTIME_PROCESS } from '../workload/runtime-process';
import { installerIn } from './installers';
import { type ServerPod, type ToolSource } from './tool-source';

/** A command that speaks MCP over stdio. */
export interface StdioToolsProps {
  /**
   * An image that has both our MCP server process and the command, pinned: `runtime/Dockerfile.stdio` shows how one is
   * built.
   */
  readonly image: string;
  /** The command and its arguments, as installed in the image; no shell reads it. Nothing is installed when a pod starts. */
  readonly command: readonly string[];
  /**
   * Variables that the command is given beside PATH, HOME and TMPDIR.
   * @default - none
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Variables that it is given from Secrets.
   * @default - none
   */
  readonly secrets?: Readonly<Record<string, SecretValue>>;
  /**
   * Places that it calls.
   * @default - none
   */
  readonly egress?: readonly Egress[];
  /**
   * Processes of the command at a time. One runs always, further ones while calls wait for them. From 1 to 64.
   * @default 4
   */
  readonly poolSize?: number;
  /**
   * How long a process without calls is kept, unless it is the only one.
   * @default - five minutes
   */
  readonly idleTimeout?: Duration;
  /**
   * How long a call may take, whoever waits for it.
   * @default - ten minutes
   */
  readonly toolTimeout?: Duration;
}

/** The variables of our own process and of its telemetry. */
const OURS = /^(MCP_|OTEL_|LOG_LEVEL$)/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Tools of a command that speaks MCP over stdio, bridged to streamable HTTP by our own process. */
export class StdioSource implements ToolSource {
  constructor(private readonly props: StdioToolsProps) {}

  podOf(scope: IConstruct, name: string): ServerPod {
    const { props } = this;
    const command = given(scope, 'command', props.command, 'list', () => ['-']);
    const env = { ...props.env, ...secretsOf(scope, props) };
    this.check(scope, command, Object.keys(env));
    return {
      ...RUNTIME_PROCESS,
      // The command runs as often as the pool allows, beside our process.
      resources: { cpu: '50m', memory: '256Mi', memoryLimit: '1Gi' },
      image: given(scope, 'image', props.image, 'text', () => 'image:none'),
      command: MCP_SERVER_COMMAND,
      looksAtPages: true,
      takesKeys: true,
      egress: props.egress,
      env: () => ({
        ...mcpServerConfigToEnv({
          name,
          port: HTTP_PORT,
          stdio: {
            command,
            poolSize: props.poolSize,
            idleMs: props.idleTimeout?.toMilliseconds(),
            env: Object.keys(env),
          },
          toolTimeoutMs: props.toolTimeout?.toMilliseconds(),
        }),
        ...env,
      }),
    };
  }

  private check(scope: IConstruct, command: readonly string[], variables: readonly string[]): void {
    const { poolSize, idleTimeout, toolTimeout, env = {} } = this.props;
    if (command.length === 0 || command[0] === '') {
      fail(scope, 'command is empty', "give the command and its arguments, such as ['mcp-server', 'stdio']");
    }
    const installer = installerIn(command);
    if (installer) {
      const fix =
        'install a pinned version in the image, as runtime/Dockerfile.stdio shows, and give its command';
      fail(scope, `command begins with ${installer}, which installs when a pod starts`, fix);
    }
    if (poolSize !== undefined && !(isCount(poolSize) && poolSize <= MAX_STDIO_POOL_SIZE)) {
      fail(scope, `poolSize is ${poolSize}`, `give a whole number from 1 to ${MAX_STDIO_POOL_SIZE}`);
    }
    for (const [time, duration] of Object.entries({ idleTimeout, toolTimeout })) {
      const milliseconds = duration?.toMilliseconds() ?? 1;
      if (milliseconds >= 1 && milliseconds <= MAX_TIMEOUT_MS) continue;
      fail(scope, `${time} is ${milliseconds} ms`, `give 1 to ${MAX_TIMEOUT_MS} ms`);
    }
    for (const variable of variables) {
      if (!VARIABLE.test(variable)) {
        fail(scope, `env has "${variable}"`, 'give names of letters, digits and "_"');
      } else if (OURS.test(variable)) {
        fail(scope, `env has "${variable}", which is our own process's`, 'leave it out');
      }
    }
    refuseSecretNames(scope, 'env', env, 'give it in secrets, as a SecretValue');
  }
}

function secretsOf(scope: IConstruct, { secrets = {}, env = {} }: StdioToolsProps): Environment {
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([variable, value]) => {
      if (variable in env) fail(scope, `"${variable}" is in env and in secrets`, 'leave one of them out');
      const secret = givenSecret(scope, `secrets.${variable}`, value);
      return secret ? [[variable, secret]] : [];
    }),
  );
}
