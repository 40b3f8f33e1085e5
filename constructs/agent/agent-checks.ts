import { type Duration } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { MAX_ANCESTORS } from '../../runtime/contract';
import { type AgentLimits, type AgentProps } from './agent-props';
import { fail } from '../fail';
import { isModelPattern, servesModel } from '../model-api/model-name';
import { greatestCount } from '../workload/pod-placement';
import { checkCounts, isCount } from '../numbers';
import { refuseSecrets } from '../refuse-secrets';

/** Timers of Node end at once when they are given more. */
const LONGEST_MS = 2 ** 31 - 1;

/** Refuses what an agent cannot be. */
export function checkAgentProps(agent: IConstruct, props: AgentProps): void {
  const { model, memory } = props;
  refuseSecrets(agent, props);
  if (model === '' || isModelPattern(model)) fail(agent, `model is "${model}"`, 'give the name of one model');
  checkLimits(agent, props);
  memory?.check(agent);
  const count = greatestCount(props);
  if (count > 1 && (memory === undefined || memory.kind === 'local')) {
    fail(
      agent,
      `${count} pods keep sessions each for itself`,
      'give memory: Memory.redis(…) or Memory.none()',
    );
  }
}

/** Reports a model that the finished gateway does not serve. */
export function unservedModel({ model, modelAPI }: AgentProps): string[] {
  if (servesModel(modelAPI.models, model)) return [];
  return [
    `model "${model}" is not served by ${modelAPI.node.path}; give one of ${modelAPI.models.join(', ')}`,
  ];
}

function checkLimits(agent: IConstruct, limits: AgentLimits): void {
  const { maxSteps, maxToolCalls, maxTokens, maxDelegationDepth } = limits;
  checkCounts(agent, { maxSteps, maxToolCalls, maxTokens });
  if (
    maxDelegationDepth !== undefined &&
    !(isCount(maxDelegationDepth) && maxDelegationDepth <= MAX_ANCESTORS)
  ) {
    fail(agent, `maxDelegationDepth is ${maxDelegationDepth}`, `give a whole number, 1 to ${MAX_ANCESTORS}`);
  }
  const { requestTimeout, modelTimeout, toolTimeout, delegationTimeout } = limits;
  for (const [name, time] of Object.entries({
    requestTimeout,
    modelTimeout,
    toolTimeout,
    delegationTimeout,
  })) {
    if (time && !isTimeout(time))
      fail(agent, `${name} is ${time.toMilliseconds()} ms`, `give 1 to ${LONGEST_MS} ms`);
  }
}

function isTimeout(time: Duration): boolean {
  const milliseconds = time.toMilliseconds();
  return milliseconds >= 1 && milliseconds <= LONGEST_MS;
}
