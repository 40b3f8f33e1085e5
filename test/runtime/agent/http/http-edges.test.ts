import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type AgentSettings } from '../../../../runtime/contract';
import { openStream } from '../../../support/chat-stream';
import { postJson, signalled } from '../../../support/http';
import { closeAll, openLead } from '../../../support/open-lead';
import { says, type Script, type ScriptedReply } from '../../../support/scripted-model';
import { startTestTelemetry } from '../../../support/telemetry';

// Its log lines would drown the report of the tests.
const telemetry = startTestTelemetry();

afterEach(closeAll);
afterAll(() => telemetry.close());

const QUESTION = { messages: [{ role: 'user', content: 'hi' }] };

test('fails when the body is larger than allowed', async () => {
  const { url } = await start({ maxBodyBytes: 100 });
  const reply = await postJson(url, { messages: [{ role: 'user', content: 'x'.repeat(100) }] });
  expect(reply).toMatchObject({ status: 413, body: { error: { code: 'request_too_large' } } });
  expect((await postJson(url, QUESTION)).status).toBe(200);
});

test('fails when the body is nested so deep that writing it down again would break', async () => {
  const { url } = await start();
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const reply = await postJson(url, `{"messages":[{"role":"user","content":"hi"}],"metadata":{"a":${deep}}}`);
  expect(reply.status).toBe(400);
  expect(reply.body.error.message).toBe('the body is nested deeper than 100 levels');
});

describe('a request is called', () => {
  const replyOf = async (path: string, id?: string, init: RequestInit = {}) => {
    const { agent } = await start();
    const headers = {
      'content-type': 'application/json',
      ...(id === undefined ? {} : { 'x-request-id': id }),
    };
    return (await fetch(agent.url + path, { headers, ...init })).headers.get('x-request-id');
  };

  const call = '{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"id":"1"}}';

  test.each<[where: string, path: string, init: RequestInit]>([
    ['the memory', '/memory/sessions', {}],
    ['A2A', '/a2a', { method: 'POST', body: call }],
    ['what is not there', '/nowhere', {}],
  ])('as its caller calls it: %s', async (_where, path, init) => {
    expect(await replyOf(path, '~ticket!42', init)).toBe('~ticket!42');
    expect(await replyOf(path, 'a'.repeat(128), init)).toBe('a'.repeat(128));
  });

  test.each([
    ['nothing', undefined],
    ['no text', ''],
    ['blanks', 'a b'],
    ['too much', 'a'.repeat(129)],
    ['é', 'é'],
  ])('otherwise when the caller says %s', async (_what, id) => {
    expect(await replyOf('/memory/sessions', id)).toMatch(/^req-[0-9a-f]{16}-1$/);
  });
});

describe('fails when more requests run than may', () => {
  test('with when to ask again, and takes the next once one is done', async () => {
    const answers = [signalled<ScriptedReply>(), signalled<ScriptedReply>()] as const;
    const asked = [signalled(), signalled()] as const;
    const { url } = await start({ maxConcurrentRequests: 2 }, (_request, index) => {
      asked[index as 0 | 1]?.happen();
      return answers[index as 0 | 1]?.happened ?? says('third');
    });
    const replies = [postJson(url, QUESTION), postJson(url, QUESTION)] as const;
    await Promise.all(asked.map(({ happened }) => happened));
    const refused = await postJson(url, QUESTION);
    expect(refused).toMatchObject({
      status: 429,
      body: { error: { type: 'rate_limit_error', param: null, code: 'too_many_requests' } },
    });
    expect(refused.headers.get('retry-after')).toBe('1');

    answers[0].happen(says('first'));
    await Promise.race(replies);
    expect((await postJson(url, QUESTION)).status).toBe(200);
    answers[1].happen(says('second'));
    await Promise.all(replies);
  });

  test('and whoever hangs up makes room', async () => {
    const asked = signalled();
    const { agent, url, model } = await start(
      { maxConcurrentRequests: 1, streamHeartbeatMs: 5 },
      (_request, index) => {
        asked.happen();
        return index === 0 ? new Promise(() => undefined) : says('second');
      },
    );
    const client = new AbortController();
    const stream = await openStream(agent.url, QUESTION, {}, client.signal);
    client.abort();
    await expect(stream.rest()).rejects.toThrow('aborted');
    await model.hungUp;
    expect((await postJson(url, QUESTION)).status).toBe(200);
  });
});

test.each([
  ['GET', '/v1/chat/completions', 'POST'],
  ['DELETE', '/v1/models/lead', 'GET, HEAD'],
  ['POST', '/memory/sessions/abc', 'DELETE'],
  ['PUT', '/ready', 'GET, HEAD'],
])('fails when a path does not know the method %s: %s', async (method, path, allowed) => {
  const { agent } = await start();
  const reply = await fetch(agent.url + path, { method });
  expect([reply.status, reply.headers.get('allow')]).toEqual([405, allowed]);
  expect(await reply.json()).toEqual({
    error: {
      message: `there is no ${method} ${path}`,
      type: 'invalid_request_error',
      param: null,
      code: 'method_not_allowed',
    },
  });
});

test.each([
  [
    'its headers are too large',
    `GET /health HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    431,
    'the headers of the request are too large',
  ],
  ['it is no HTTP', 'hello\r\n\r\n', 400, 'the request is no HTTP'],
  [
    'its length is no number',
    'POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n',
    400,
    'the request is no HTTP',
  ],
  [
    'it has two lengths',
    'POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n',
    400,
    'the request is no HTTP',
  ],
  [
    'its path cannot be decoded',
    'GET /memory/%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
    400,
    "'/memory/%zz' is not a valid url component",
  ],
])('fails when %s', async (_why, request, status, message) => {
  const { agent } = await start();
  const reply = await raw(agent.port, request);
  expect(reply.split(' ')[1]).toBe(String(status));
  const body = reply.slice(reply.indexOf('\r\n\r\n') + 4);
  expect(JSON.parse(body)).toEqual({
    error: { message, type: 'invalid_request_error', param: null, code: 'invalid_request' },
  });
});

describe('pages in a browser', () => {
  const origin = 'https://chat.example.com';
  const preflight = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  };
  const corsOf = (headers: Headers) => [...headers].filter(([name]) => name.startsWith('access-control-'));

  test('of no origin may call it, unless told otherwise', async () => {
    const { url } = await start();
    const refused = await fetch(url, { method: 'OPTIONS', headers: preflight });
    expect([refused.status, corsOf(refused.headers)]).toEqual([405, []]);
    expect(corsOf((await postJson(url, QUESTION, { origin })).headers)).toEqual([]);
  });

  test('of an origin that is listed may, and need no key to ask whether they may', async () => {
    const { url } = await start({
      corsAllowedOrigins: ['https://other.example.com', origin],
      apiKeys: ['not-a-key'],
    });
    const allowed = await fetch(url, { method: 'OPTIONS', headers: preflight });
    expect(allowed.status).toBe(204);
    expect(Object.fromEntries(corsOf(allowed.headers))).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'authorization',
      'access-control-allow-methods': 'GET, POST, DELETE',
    });
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
    const reply = await postJson(url, QUESTION, { origin, authorization: 'Bearer not-a-key' });
    expect([
      reply.status,
      reply.headers.get('access-control-allow-origin'),
      reply.headers.get('vary'),
    ]).toEqual([200, origin, 'Origin']);
    const unauthorized = await postJson(url, QUESTION, { origin });
    expect([unauthorized.status, unauthorized.headers.get('access-control-allow-origin')]).toEqual([
      401,
      origin,
    ]);
  });

  test.each([
    'https://chat.example.com.evil.org',
    'http://chat.example.com',
    'null',
    'https://CHAT.example.com',
  ])('of %s may not when another is listed', async (other) => {
    const { url } = await start({ corsAllowedOrigins: [origin] });
    const refused = await fetch(url, { method: 'OPTIONS', headers: { ...preflight, origin: other } });
    expect([refused.status, corsOf(refused.headers)]).toEqual([405, []]);
    expect(corsOf((await postJson(url, QUESTION, { origin: other })).headers)).toEqual([]);
  });

  test('may read the card, which caches keep apart by origin and by version', async () => {
    const { agent } = await start({ corsAllowedOrigins: [origin] });
    const { headers } = await fetch(`${agent.url}/.well-known/agent-card.json`, { headers: { origin } });
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('vary')).toBe('Origin, a2a-version');
  });

  test('may read a stream, too', async () => {
    const { agent } = await start({ corsAllowedOrigins: [origin] });
    const stream = await openStream(agent.url, QUESTION, { origin });
    expect(stream.headers.get('access-control-allow-origin')).toBe(origin);
    await stream.rest();
  });
});

/** All that the server says to those bytes. */
async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(request);
  return text(socket);
}

async function start(settings: Partial<AgentSettings> = {}, script: Script = () => says('hello')) {
  const { agent, model } = await openLead(script, settings);
  return { agent, model, url: `${agent.url}/v1/chat/completions` };
}
