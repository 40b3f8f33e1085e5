import { postJson } from '../../../support/http';
import { openAgent, watchTests } from './open-agent';

watchTests();

describe('the endpoint refuses', () => {
  const RPC = { jsonrpc: '2.0', id: 7 };
  test.each<[what: string, body: unknown, code: number, headers?: Record<string, string>]>([
    ['what is no JSON', '{', -32700],
    ['an unknown method', { ...RPC, method: 'Nope', params: {} }, -32601, { 'a2a-version': '1.0' }],
    ['an unknown method of old', { ...RPC, method: 'nope', params: {} }, -32601],
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
});
