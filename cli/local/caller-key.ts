import { AGENT_API_KEYS_VARIABLE, secretFileVariable } from '../../runtime/contract';
import { secretsIn } from '../../runtime/contract/env-reader';
import { containerEnvironment } from './environment';
import { fileAt } from './mounts';
import { secretFiles } from './needed-secrets';
import { type Secrets } from './secrets';
import { type Workload } from './workload';

/** A key that an agent takes from its callers; undefined when it asks for none. */
export function callerKey(agent: Workload, secrets: Secrets): string | undefined {
  const env = containerEnvironment(agent, secrets);
  const path = env[secretFileVariable(AGENT_API_KEYS_VARIABLE)];
  const keys =
    path === undefined
      ? env[AGENT_API_KEYS_VARIABLE]
      : fileAt(agent.mounts, path, (volume) => secretFiles(volume, secrets, agent.title));
  return secretsIn(keys ?? '')[0];
}
