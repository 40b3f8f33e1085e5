import { Agent, request } from 'undici';

const connections = new Agent({ keepAliveTimeout: 4_000 });

const CALL = { name: 'echo', arguments: { message: 'hi' } };
const SESSION_ERA = '2025-11-25';
const CURRENT = '2026-07-28';
const CLIENT = { name: 'bench', version: '1' };
const META = {
  'io.modelcontextprotocol/protocolVersion': CURRENT,
  'io.modelcontextprotocol/clientInfo': CLIENT,
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Makes calls the way a client does that has introduced itself, and goes on with what it was given then. */
export async function keptSession(url: string): Promise<() => Promise<unknown>> {
  const headers = await introduce(url);
  return () => post(url, { id: 2, method: 'tools/call', params: CALL }, headers);
}

/** A client that introduces itself, makes one call, and ends its session where it has one. */
export async function newSession(url: string): Promise<unknown> {
  const headers = await introduce(url);
  const reply = await post(url, { id: 2, method: 'tools/call', params: CALL }, headers);
  if ('mcp-session-id' in headers) {
    const ended = await request(`${url}/mcp`, { method: 'DELETE', headers, dispatcher: connections });
    await ended.body.dump();
  }
  return reply;
}

/** One call as clients of the protocol of 2026-07-28 make it: they have no sessions. */
export function currentCall(url: string): Promise<unknown> {
  const headers = { 'mcp-protocol-version': CURRENT, 'mcp-method': 'tools/call', 'mcp-name': CALL.name };
  return post(url, { id: 1, method: 'tools/call', params: { ...CALL, _meta: META } }, headers);
}

export function hangUp(): Promise<void> {
  return connections.destroy();
}

async function introduce(url: string): Promise<Record<string, string>> {
  const params = { protocolVersion: SESSION_ERA, capabilities: {}, clientInfo: CLIENT };
  const { headers } = await post(url, { id: 1, method: 'initialize', params }, {});
  const session = headers['mcp-session-id'];
  const own = {
    'mcp-protocol-version': SESSION_ERA,
    ...(session === undefined ? {} : { 'mcp-session-id': String(session) }),
  };
  await post(url, { method: 'notifications/initialized' }, own);
  return own;
}

async function post(url: string, message: object, headers: Record<string, string>) {
  const reply = await request(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    dispatcher: connections,
  });
  const said = await reply.body.text();
  if (reply.statusCode !== 202 && !said.includes('"result"'))
    throw new Error(`${url} answered ${reply.statusCode}: ${said}`);
  return { headers: reply.headers, said };
}
