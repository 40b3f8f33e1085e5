import { request } from 'undici';
import { z } from 'zod';
import { type AllowedPages, allowedPages } from '../../../runtime/mcp-server/strange-pages';
import { tool } from '../../../runtime/mcp-server/tool';
import { type Listening } from '../../support/http';
import { startToolServer } from '../../support/in-process';
import { startTestTelemetry } from '../../support/telemetry';

const ANY: AllowedPages = { hosts: undefined, origins: [] };
const NAMED: AllowedPages = {
  hosts: ['mcpserver-search', '*.example.com'],
  origins: ['https://chat.example.com'],
};

const telemetry = startTestTelemetry();
let any: Listening, named: Listening;

beforeAll(async () => {
  const ping = tool({ description: 'Answers', input: z.object({}), handler: () => 'pong' });
  any = await startToolServer('any', { ping }, 0, { pages: ANY });
  named = await startToolServer('named', { ping }, 0, { pages: NAMED });
});
afterAll(() => Promise.all([any.close(), named.close(), telemetry.close()]));

test.each([
  'mcpserver-search',
  'mcpserver-search:8000',
  'MCPServer-Search',
  'mcpserver-search.',
  'tools.example.com',
  'a.b.example.com:443',
  'localhost:8000',
  '127.0.0.1:18000',
  '10.0.0.7',
  '[::1]:8000',
])('answers one that calls it %s', async (host) => {
  expect(await ask(named, { host })).toMatchObject({ status: 200 });
});

test.each([
  'evil.test',
  'mcpserver-search.evil.test',
  'example.com',
  'evilexample.com',
  'localhost.evil.test',
  '127.0.0.1.evil.test',
  '10.0.0.7@evil.test',
  'evil.test#.example.com',
  '',
  ':',
])('fails when it is called "%s"', async (host) => {
  expect(await ask(named, { host })).toEqual({
    status: 403,
    body: {
      jsonrpc: '2.0',
      error: { code: -32000, message: `this server is not called ${JSON.stringify(host)}` },
      id: null,
    },
  });
});

test.each<[callers: string, allowed: AllowedPages, origin: string]>([
  ['no page', ANY, 'https://chat.example.com'],
  ['no page, not even its own', ANY, 'http://localhost:8000'],
  ['no page without a name', NAMED, 'null'],
  ['one page', NAMED, 'https://chat.example.com.evil.test'],
  ['one page', NAMED, 'http://chat.example.com'],
  ['one page', NAMED, 'https://chat.example.com:8443'],
])('fails when %s may call it and that of %j does', async (_callers, allowed, origin) => {
  const reply = await ask(allowed === ANY ? any : named, { origin, host: 'localhost' });
  expect(reply).toMatchObject({
    status: 403,
    body: { error: { message: `pages of origin ${JSON.stringify(origin)} may not call this server` } },
  });
});

test.each(['http://localhost:8000', 'https://localhost:8000'])('answers its own page %s', async (origin) => {
  expect(await ask(named, { origin, host: 'localhost:8000' })).toMatchObject({ status: 200 });
  expect(await ask(named, { origin, host: 'localhost' })).toMatchObject({ status: 403 });
});

test('a page whose name was made to lead here is no page of ours', async () => {
  const rebound = { origin: 'http://evil.test', host: 'evil.test' };
  expect(await ask(named, rebound)).toMatchObject({ status: 403 });
  expect(await ask(any, rebound)).toMatchObject({ status: 403 });
});

test('a page that may call it may read what it answers, and is told so beforehand', async () => {
  const headers = { origin: 'https://chat.example.com', host: 'localhost' };
  expect(await ask(named, headers)).toMatchObject({ status: 200 });
  const asked = { ...headers, 'access-control-request-method': 'POST' };
  const reply = await request(`${named.url}/mcp`, { method: 'OPTIONS', headers: asked });
  expect([reply.statusCode, reply.headers['access-control-allow-origin']]).toEqual([204, headers.origin]);
});

test.each(['GET', 'DELETE'] as const)('%s is refused to strange pages too', async (method) => {
  const reply = await request(`${named.url}/mcp`, { method, headers: { host: 'evil.test' } });
  expect(reply.statusCode).toBe(403);
  await reply.body.dump();
});

test('probes are answered whatever they call it', async () => {
  for (const path of ['/health', '/ready']) {
    const reply = await request(named.url + path, { headers: { host: 'evil.test' } });
    expect(reply.statusCode).toBe(200);
    await reply.body.dump();
  }
});

test('a server that was told no names answers to any, or to none when only its own machine can call it', () => {
  const told = { allowedHosts: undefined, allowedOrigins: [] };
  expect(allowedPages({ ...told, host: '0.0.0.0' }).hosts).toBeUndefined();
  for (const host of ['127.0.0.1', 'localhost', '::1'])
    expect(allowedPages({ ...told, host }).hosts).toEqual([]);
  expect(allowedPages({ ...told, host: '127.0.0.1', allowedHosts: ['a.test'] }).hosts).toEqual(['a.test']);
});

async function ask(server: Listening, headers: Record<string, string>) {
  const reply = await request(`${server.url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  });
  return { status: reply.statusCode, body: await reply.body.json() };
}
