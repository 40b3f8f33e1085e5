import { posix } from 'node:path';
import { type IConstruct } from 'constructs';
import { LOCAL_COMMAND_ANNOTATION, type LocalCommand, localCommandToText } from '../../runtime/contract';
import { fail } from '../fail';
import { refuseSecretNames } from '../refuse-secrets';
import { checkVariableNames } from '../workload/variable-names';

/** What fetches and installs what it runs, and would run something else tomorrow. */
const INSTALLERS = ['npx', 'bunx', 'dlx', 'pnpx', 'uvx', 'pipx'];

/** Tells `kaos up` what runs a server there. On the Deployment alone: it changes nothing of the pods. */
export function localCommandAnnotation(
  scope: IConstruct,
  local: LocalCommand | undefined,
): Record<string, string> {
  if (local === undefined) return {};
  const { command, env = {} } = local;
  if (!Array.isArray(command) || command.length === 0) {
    fail(scope, 'local.command is empty', 'give the program and its arguments, or leave local out');
    return {};
  }
  const program = posix.basename(command[0]);
  if (INSTALLERS.includes(program)) {
    fail(
      scope,
      `local.command starts with "${program}", which installs what it runs`,
      'give the program that the package has, and install the package beside the app',
    );
  }
  checkVariableNames(scope, 'local.env', Object.keys(env));
  refuseSecretNames(scope, 'local.env', env, 'take it from a Secret, which --secrets gives kaos up');
  return { [LOCAL_COMMAND_ANNOTATION]: localCommandToText(local) };
}
