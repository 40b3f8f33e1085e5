import { type Listening, postJson } from '../../../support/http';
import { startAgent } from '../../../support/in-process';

let agent: Listening;

beforeAll(async () => {
  agent = await startAgent({ name: 'lead', modelUrl: 'http://127.0.0.1:1', model: 'gpt-4o' });
});
afterAll(() => agent.close());

test.each<[why: string, type: string, body: string, status: number, message: string, code: string]>([
  [
    'the body is too large',
    'application/json',
    `{"messages":"${'x'.repeat(10 * 1024 * 1024)}"}`,
    413,
    'Request body is too large',
    'request_too_large',
  ],
  ['the body is XML', 'application/xml', '<hi/>', 415, 'Unsupported Media Type', 'unsupported_media_type'],
  [
    'the body is plain text',
    'text/plain',
    '{"messages":[]}',
    415,
    'Unsupported Media Type',
    'unsupported_media_type',
  ],
  [
    'the body is a form',
    'application/x-www-form-urlencoded',
    'a=b',
    415,
    'Unsupported Media Type',
    'unsupported_media_type',
  ],
  [
    'the body is broken JSON',
    'application/json',
    '{"messages":',
    400,
    "Body is not valid JSON but content-type is set to 'application/json'",
    'invalid_json',
  ],
  [
    'the body is empty',
    'application/json',
    '',
    400,
    "Body cannot be empty when content-type is set to 'application/json'",
    'invalid_json',
  ],
  [
    'a field is wrong',
    'application/json',
    '{"messages":[]}',
    400,
    'messages: must hold at least one message',
    'invalid_request',
  ],
])('fails when %s', async (_why, type, body, status, message, code) => {
  const reply = await postJson(`${agent.url}/v1/chat/completions`, body, { 'content-type': type });
  expect(reply.status).toBe(status);
  const param = code === 'invalid_request' ? 'messages' : null;
  expect(reply.body).toEqual({ error: { message, type: 'invalid_request_error', param, code } });
});

test('fails when the path is not known', async () => {
  const reply = await postJson(`${agent.url}/v1/embeddings?key=hidden`, {});
  expect(reply).toMatchObject({ status: 404 });
  expect(reply.body).toEqual({
    error: {
      message: 'there is no POST /v1/embeddings',
      type: 'invalid_request_error',
      param: null,
      code: 'not_found',
    },
  });
});
