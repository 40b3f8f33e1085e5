import { createMcpHandler, McpServer, ProtocolError } from '@modelcontextprotocol/server';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { MCPClient } from '../../../../runtime/agent/mcp/mcp-client';
import { HttpClient } from '../../../../runtime/process/http-client';
import { isAnswer } from '../../../../runtime/process/is-answer';
import { type Listening, listenHttp, signalled } from '../../../support/http';
import { listenerFor } from '../../../support/mcp-handler';

const http = new HttpClient();
const gaveUp = signalled();
const waits = signalled();
let server: Listening, client: MCPClient;

/** A server that knows the protocol of 2026-07-28 alone, as the official SDK makes it. */
beforeAll(async () => {
  const handler = createMcpHandler(
    () => {
      const tools = new McpServer({ name: 'current', version: '1' });
      const inputSchema = z.object({ text: z.string() });
      tools.registerTool('echo', { inputSchema }, ({ text }) => ({ content: [{ type: 'text', text }] }));
      tools.registerTool('refuse', { inputSchema: z.object({}) }, () => {
        throw new ProtocolError(-32602, 'not today');
      });
      tools.registerTool(
        'wait',
        { inputSchema: z.object({}) },
        (_args, { mcpReq }) =>
          new Promise(() => {
            mcpReq.signal.addEventListener('abort', () => gaveUp.happen());
            waits.happen();
          }),
      );
      return tools;
    },
    { legacy: 'reject' },
  );
  server = await listenHttp(listenerFor(handler));
  client = new MCPClient({ name: 'current', url: server.url }, 1_000, http);
});
afterAll(async () => {
  await client.close();
  await server.close();
  await http.close();
});

const NEVER = new AbortController().signal;

test('an agent asks a server that speaks the protocol of 2026-07-28 alone for its tools, and calls them', async () => {
  expect((await client.listTools()).map(({ name }) => name)).toEqual(['echo', 'refuse', 'wait']);
  const agreed: unknown[] = [];
  const { content } = await client.callTool('echo', { text: 'hi' }, NEVER, (on) => agreed.push(on));
  expect(content).toEqual([{ type: 'text', text: 'hi' }]);
  expect(agreed).toEqual([{ protocolVersion: '2026-07-28' }]);
});

test('what such a server answers is told from what went wrong on the way', async () => {
  const error: unknown = await client.callTool('made_up', {}, NEVER).catch((thrown: unknown) => thrown);
  expect([error instanceof McpError, isAnswer(error)]).toEqual([true, true]);
  expect(error).toMatchObject({ code: -32602 });
});

test('a call of such a server ends with the request that it is part of', async () => {
  const request = new AbortController();
  const call = client.callTool('wait', {}, request.signal);
  const failed = expect(call).rejects.toThrow();
  await waits.happened;
  request.abort();
  await Promise.all([failed, gaveUp.happened]);
});
