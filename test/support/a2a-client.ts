import { type Message, Role, type StreamResponse, type Task, TaskState } from '@a2a-js/sdk';
import {
  type Client,
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
} from '@a2a-js/sdk/client';
import { randomUUID } from 'node:crypto';
import { getJson } from './http';

/**
 * The official client, with what it read of the card.
 *
 * @param version which of the protocol it is to speak
 */
export async function a2aClient(
  url: string,
  { version = '1.0', headers = {} }: { version?: '1.0' | '0.3'; headers?: Record<string, string> } = {},
): Promise<Client> {
  const legacyCompat = { enabled: true };
  const fetchImpl: typeof fetch = (input, init) =>
    fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), ...headers } });
  const factory = new ClientFactory({
    transports: [new JsonRpcTransportFactory({ fetchImpl, legacyCompat })],
    cardResolver: new DefaultAgentCardResolver({ legacyCompat }),
  });
  if (version === '1.0') return factory.createFromUrl(url);
  // A client of that version knows nothing of what stands beside.
  const { supportedInterfaces: _, ...card } = (await getJson(`${url}/.well-known/agent-card.json`)).body;
  return factory.createFromAgentCard(card);
}

export function userMessage(text: string, more: Partial<Message> = {}): Message {
  return {
    messageId: randomUUID(),
    contextId: '',
    taskId: '',
    role: Role.ROLE_USER,
    parts: [{ content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: '' }],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
    ...more,
  };
}

/** What is sent, as the client takes it. */
export function request(message: Message, returnImmediately = false) {
  const configuration = { acceptedOutputModes: [], taskPushNotificationConfig: undefined, returnImmediately };
  return { tenant: '', message, configuration, metadata: undefined };
}

export async function send(client: Client, message: Message, returnImmediately = false): Promise<Task> {
  const result = await client.sendMessage(request(message, returnImmediately));
  if (!('status' in result)) throw new Error('the agent answered with a message, not with a task');
  return result;
}

/** A streamed answer, short: the state of the task, or a piece of text. */
export function shortly({ payload }: StreamResponse): string {
  switch (payload?.$case) {
    case 'task':
      return `task ${stateOf(payload.value)}`;
    case 'statusUpdate':
      return stateOf(payload.value);
    case 'artifactUpdate':
      return `"${textOf(payload.value.artifact?.parts ?? [])}"`;
    default:
      return String(payload?.$case);
  }
}

export function stateOf({ status }: Pick<Task, 'status'>): string {
  return String(TaskState[status?.state ?? 0]).replace('TASK_STATE_', '');
}

export function answerOf({ artifacts }: Task): string {
  return artifacts.map(({ parts }) => textOf(parts)).join('|');
}

export function textOf(parts: Message['parts']): string {
  return parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('');
}

/** Asks for all tasks there are. */
export const ALL_TASKS = {
  tenant: '',
  contextId: '',
  status: TaskState.TASK_STATE_UNSPECIFIED,
  pageToken: '',
  statusTimestampAfter: undefined,
  includeArtifacts: true,
};
