import { type Duration } from 'cdk8s';
import { type Construct, type IConstruct } from 'constructs';
import { MAX_ANCESTORS, MAX_BODY_BYTES, TOOL_CALL_MODES } from '../../runtime/contract';
import { type AgentLimits, type AgentProps } from './agent-props';
import { fail } from '../fail';
import { given, givenList, givenProps, givenSecret } from '../given';
import { type IModelAPI } from '../model-api';
import { ExternalModelAPI } from '../model-api/external-model-api';
import { isModelPattern, type ModelName, servesModel } from '../model-api/model-name';
import { greatestCount } from '../workload/pod-placement';
import { checkCounts, isCount } from '../numbers';
import { checkOrigins } from '../origins';
import { refuseSecrets } from '../refuse-secrets';

/** Stands for the address of what is missing. */
const NOWHERE = 'http://nowhere';
/** Timers of Node end at once when they are given more. */
const LONGEST_MS = 2 ** 31 - 1;

/** Props that have all that an agent needs; what is missing fails synthesis, and has something in its place until then. */
export function completeAgentProps<M extends string>(agent: Construct, said: AgentProps<M>): AgentProps<M> {
  const props = givenProps(agent, said);
  const nowhere = (): IModelAPI =>
    new ExternalModelAPI(agent, 'no-model-api', { url: NOWHERE, models: ['*'] });
  const modelAPI = given(agent, 'modelAPI', props.modelAPI, 'construct', () => nowhere() as IModelAPI<M>);
  const anyModel = modelAPI.models.find((name) => !isModelPattern(name)) ?? 'none';
  return {
    ...props,
    modelAPI,
    model: given(agent, 'model', props.model, 'text', () => anyModel as ModelName<NoInfer<M>>),
    apiKeys: givenSecret(agent, 'apiKeys', props.apiKeys),
    mcpServers: givenList(agent, 'mcpServers', props.mcpServers),
    subAgents: givenList(agent, 'subAgents', props.subAgents),
  };
}

/** Refuses what an agent cannot be. */
export function checkAgentProps(agent: IConstruct, props: AgentProps): void {
  const { model, memory } = props;
  refuseSecrets(agent, props);
  if (model === '' || isModelPattern(model)) fail(agent, `model is "${model}"`, 'give the name of one model');
  checkLimits(agent, props);
  checkTools(agent, props);
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

function checkTools(agent: IConstruct, props: AgentProps): void {
  const {
    maxParallelToolCalls,
    maxToolResultChars,
    toolApproval = [],
    toolCallMode,
    publicUrl,
    allowedOrigins = [],
    memory,
  } = props;
  checkCounts(agent, { maxParallelToolCalls, maxToolResultChars });
  if (toolCallMode !== undefined && !TOOL_CALL_MODES.includes(toolCallMode)) {
    fail(agent, `toolCallMode is "${toolCallMode as string}"`, `give one of ${TOOL_CALL_MODES.join(', ')}`);
  }
  toolApproval
    .filter((name) => !/^[^\s,]+$/.test(name))
    .forEach((name) =>
      fail(agent, `toolApproval has "${name}"`, 'give a tool, server/tool, or either with *'),
    );
  if (toolApproval.length > 0 && memory?.kind === 'none') {
    fail(
      agent,
      'toolApproval is given beside Memory.none()',
      'give a memory, which keeps the calls that wait',
    );
  }
  checkOrigins(agent, allowedOrigins);
  if (publicUrl !== undefined && !(URL.canParse(publicUrl) && /^https?:/.test(publicUrl))) {
    fail(agent, `publicUrl is "${publicUrl}"`, 'give an http or https URL');
  }
}

function checkLimits(agent: IConstruct, limits: AgentLimits): void {
  const { maxSteps, maxTotalSteps, maxToolCalls, maxTokens, maxContextTokens, maxConcurrentRequests } =
    limits;
  checkCounts(agent, { maxSteps, maxTotalSteps, maxToolCalls });
  checkCounts(agent, { maxTokens, maxContextTokens, maxConcurrentRequests });
  const { maxDelegationDepth = 1, modelRetries = 0, maxBodySize } = limits;
  if (!isCount(maxDelegationDepth) || maxDelegationDepth > MAX_ANCESTORS) {
    fail(agent, `maxDelegationDepth is ${maxDelegationDepth}`, `give a whole number, 1 to ${MAX_ANCESTORS}`);
  }
  if (modelRetries !== 0 && !isCount(modelRetries)) {
    fail(agent, `modelRetries is ${modelRetries}`, 'give a whole number, 0 or more');
  }
  const bytes = maxBodySize && maxBodySize.toKibibytes() * 1024;
  if (bytes !== undefined && !(isCount(bytes) && bytes <= MAX_BODY_BYTES)) {
    fail(agent, `maxBodySize is ${bytes} bytes`, `give 1 to ${MAX_BODY_BYTES}`);
  }
  const { requestTimeout, taskTimeout, modelTimeout, toolTimeout, delegationTimeout } = limits;
  checkTimes(agent, { requestTimeout, taskTimeout, modelTimeout, toolTimeout, delegationTimeout });
}

/** Refuses times that no timer of the process could take. */
export function checkTimes(agent: IConstruct, times: Readonly<Record<string, Duration | undefined>>): void {
  for (const [name, time] of Object.entries(times)) {
    if (!time || isTimeout(time)) continue;
    fail(agent, `${name} is ${time.toMilliseconds()} ms`, `give 1 to ${LONGEST_MS} ms`);
  }
}

function isTimeout(time: Duration): boolean {
  const milliseconds = time.toMilliseconds();
  return milliseconds >= 1 && milliseconds <= LONGEST_MS;
}
