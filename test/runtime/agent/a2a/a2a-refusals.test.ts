import { postJson } from '../../../support/http';
import { openAgent, watchTests } from './open-agent';

watchTests();

describe('the endpoint refuses', () => {
  const RPC = { jsonrpc: '2.0', id: 7 };
  test.each<[what: string, body: unknown, code: number, headers?: Record<string, string>]>([
    ['what is no JSON', '{', -32700],
    ['an unknown method', { ...RPC, method: 'Nope', params: {} }, -32601, { 'a2a-version': '1.0' }],
    ['an unknown method of old', { ...RPC, method: 'nope', params: {} }, -32601],
    ['an unknown method without parameters', { ...RPC, method: 'nope' }, -32601],
    [
      'a version that it does not speak',
      { ...RPC, method: 'GetTask', params: {} },
      -32009,
      { 'a2a-version': '9.9' },
    ],
    ['no parameters', { ...RPC, method: 'SendMessage' }, -32602, { 'a2a-version': '1.0' }],
    [
      'parts that are none',
      { ...RPC, method: 'SendMessage', params: { message: { messageId: '1', parts: [null] } } },
      -32602,
      { 'a2a-version': '1.0' },
    ],
    [
      'parts that are none, of old',
      { ...RPC, method: 'message/send', params: { message: { parts: 'x' } } },
      -32602,
    ],
    [
      'a file that no model reads',
      {
        ...RPC,
        method: 'SendMessage',
        params: { message: { messageId: '1', parts: [{ raw: 'AA==', mediaType: 'application/zip' }] } },
      },
      -32005,
      { 'a2a-version': '1.0' },
    ],
    [
      'a webhook',
      { ...RPC, method: 'CreateTaskPushNotificationConfig', params: { taskId: 't', url: 'http://x' } },
      -32003,
      { 'a2a-version': '1.0' },
    ],
  ])('%s', async (_what, body, code, headers = {}) => {
    const { agent, model } = await openAgent();
    const reply = await postJson(`${agent.url}/a2a`, body, headers);
    expect(reply.body).toMatchObject({ jsonrpc: '2.0', error: { code } });
    expect(reply.status).toBeLessThan(500);
    expect(model.requests).toEqual([]);
  });

  test.each<[said: string, method: string, message: string, headers?: Record<string, string>]>([
    [
      'no version',
      'SendMessage',
      'Method not found: SendMessage in A2A 0.3, which is assumed without the header A2A-Version; for A2A 1.0 send "A2A-Version: 1.0"',
    ],
    [
      'another version',
      'message/send',
      'Method not found: message/send in A2A 1.0; for A2A 0.3 send "A2A-Version: 0.3"',
      { 'a2a-version': '1.0' },
    ],
  ])(
    'a method of another version, and says which it took: %s',
    async (_said, method, message, headers = {}) => {
      const { agent } = await openAgent();
      const { body } = await postJson(`${agent.url}/a2a`, { ...RPC, method, params: {} }, headers);
      expect(body).toEqual({ ...RPC, error: { code: -32601, message } });
    },
  );
});
