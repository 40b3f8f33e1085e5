import { bounded } from '../../telemetry/operations';

/** What a client that names no version speaks. */
export const OLDEST_VERSION = '0.3';

const PUSH_METHODS = ['set', 'get', 'list', 'delete'].map((verb) => `tasks/pushNotificationConfig/${verb}`);
/** The versions that are spoken, with what each calls its methods. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  '1.0': [
    'SendMessage',
    'SendStreamingMessage',
    'GetTask',
    'ListTasks',
    'CancelTask',
    'SubscribeToTask',
    'CreateTaskPushNotificationConfig',
    'GetTaskPushNotificationConfig',
    'ListTaskPushNotificationConfigs',
    'DeleteTaskPushNotificationConfig',
    'GetExtendedAgentCard',
  ],
  [OLDEST_VERSION]: [
    'message/send',
    'message/stream',
    'tasks/get',
    'tasks/cancel',
    'tasks/resubscribe',
    ...PUSH_METHODS,
    'agent/getAuthenticatedExtendedCard',
  ],
};

/**
 * What is wrong with a method, whatever its parameters; undefined when the version has it. A client that forgot to say
 * its version is told what was taken for it.
 *
 * @param said the header, as far as it came
 */
export function methodError(
  { jsonrpc, method }: Readonly<Record<string, unknown>>,
  version: string,
  said: string | undefined,
): { readonly code: number; readonly message: string } | undefined {
  if (jsonrpc !== '2.0' || typeof method !== 'string' || METHODS[version]?.includes(method) !== false)
    return undefined;
  const other = Object.keys(METHODS).find((each) => METHODS[each]?.includes(method));
  const assumed = said ? '' : ', which is assumed without the header A2A-Version';
  const advice = other === undefined ? '' : `; for A2A ${other} send "A2A-Version: ${other}"`;
  return {
    code: -32601,
    message: `Method not found: ${bounded(method)} in A2A ${version}${assumed}${advice}`,
  };
}
