import { z } from 'zod';
import { MCPClient } from '../../../../runtime/agent/mcp/mcp-client';
import { tool } from '../../../../runtime/mcp-server/tool';
import { HttpClient } from '../../../../runtime/process/http-client';
import { type Listening, signalled, until } from '../../../support/http';
import { startToolServer } from '../../../support/in-process';
import { type MCPScript, startScriptedMCP } from '../../../support/scripted-mcp';
import { startSessionServer } from '../../../support/session-server';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();
const http = new HttpClient();
const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
});
afterAll(() => Promise.all([http.close(), telemetry.close()]));

const NEVER = new AbortController().signal;
const echo = tool({
  description: 'Says it again',
  input: z.object({ text: z.string() }),
  handler: ({ text }) => `Echo: ${text}`,
});

test('a server that was restarted between two calls is called again', async () => {
  const before = await startToolServer('search', { echo });
  const client = clientOf(before);
  await expect(said(client, 'one')).resolves.toBe('Echo: one');
  await before.close();
  open.push(await startToolServer('search', { echo }, before.port));
  await fetch(before.url);
  await expect(said(client, 'two')).resolves.toBe('Echo: two');
});

test('a server that was away is called again when it is back', async () => {
  const before = await startToolServer('search', { echo });
  const client = clientOf(before);
  await said(client, 'one');
  await before.close();
  await expect(fetch(before.url)).rejects.toThrow('fetch failed');
  await expect(said(client, 'two')).rejects.toThrow('ECONNREFUSED');
  open.push(await startToolServer('search', { echo }, before.port));
  await expect(said(client, 'three')).resolves.toBe('Echo: three');
});

test('a server that forgot its sessions gets a new one, whoever asks first', async () => {
  const before = await startSessionServer();
  const client = clientOf(before);
  await expect(said(client, 'one')).resolves.toBe('Echo: one');
  await before.close();
  const after = await startSessionServer(before.port);
  open.push(after);
  await fetch(before.url);
  const both = Promise.all([said(client, 'two'), said(client, 'three')]);
  await expect(both).resolves.toEqual(['Echo: two', 'Echo: three']);
  expect(after.sessions).toBe(1);
});

test('a server that says that its tools changed is asked again', async () => {
  const server = await startSessionServer();
  const client = clientOf(server);
  open.push(server);
  await expect(namesOf(client)).resolves.toEqual(['echo']);
  await server.listening;
  server.offer('more');
  await until(async () => (await namesOf(client)).includes('more'));
});

test('tools come in several pages', async () => {
  const pages: Record<string, object> = {
    first: { tools: [{ name: 'a', inputSchema: { type: 'object' } }], nextCursor: 'second' },
    second: { tools: [{ name: 'b', inputSchema: { type: 'object' } }] },
  };
  const server = await scripted({
    'tools/list': ({ params }) => ({ result: pages[String(params?.cursor ?? 'first')] }),
  });
  await expect(namesOf(clientOf(server))).resolves.toEqual(['a', 'b']);
});

test('a server that refuses to begin is asked to begin again', async () => {
  let isStarting = true;
  const error = { code: -32603, message: 'still starting' };
  const server = await scripted({ initialize: () => (isStarting ? { error } : undefined) });
  const client = clientOf(server);
  await expect(namesOf(client)).rejects.toThrow('cannot connect to MCP server "search"');
  isStarting = false;
  await expect(namesOf(client)).resolves.toEqual(['look']);
});

test('a call that fails does not end another over the same connection', async () => {
  const failed = signalled();
  const server = await scripted({
    'tools/call': async ({ params }) => {
      if (params?.name === 'broken') return { status: 500 };
      await failed.happened;
      return undefined;
    },
  });
  const client = clientOf(server);
  const patient = client.callTool('look', {}, NEVER);
  await expect(client.callTool('broken', {}, NEVER)).rejects.toThrow('Error POSTing to endpoint: ');
  failed.happen();
  await expect(patient).resolves.toMatchObject({ content: [{ text: 'seen' }] });
});

function clientOf(server: Listening): MCPClient {
  const client = new MCPClient({ name: 'search', url: server.url }, 5_000, http);
  open.unshift(client);
  return client;
}

async function scripted(script: MCPScript): Promise<Listening> {
  const server = await startScriptedMCP(script);
  open.push(server);
  return server;
}

async function said(client: MCPClient, text: string): Promise<unknown> {
  const { content } = await client.callTool('echo', { text }, NEVER);
  return content[0]?.type === 'text' ? content[0].text : content;
}

async function namesOf(client: MCPClient): Promise<string[]> {
  return (await client.listTools()).map(({ name }) => name);
}
