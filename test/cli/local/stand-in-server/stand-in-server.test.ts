import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type AddressInfo } from 'node:net';
import { type FastifyInstance } from 'fastify';
import pino from 'pino';
import { answerEverywhere } from '../../../../cli/local/stand-in-server/everywhere';
import { standInTools } from '../../../../cli/local/stand-in-server/stand-in-tools';
import { type LockedServer } from '../../../../runtime/contract';
import { buildMCPServer } from '../../../../runtime/mcp-server/server';
import { buildInstrumentation } from '../../../../runtime/telemetry/with-span';

const running: FastifyInstance[] = [];
afterEach(() => Promise.all(running.splice(0).map((server) => server.close())));

async function start(known: LockedServer['tools'] = {}): Promise<string> {
  const tools = standInTools('search', known);
  const log = pino({ level: 'silent' });
  const { withSpan } = buildInstrumentation('search', log);
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const server = buildMCPServer({
    ...{ name: 'search', tools: byName, withSpan, log },
    pages: { hosts: [], origins: [] },
  });
  answerEverywhere(server.server);
  running.push(server);
  await server.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

test('it offers what is known of the server, and says of each answer that it is none', async () => {
  const inputSchema = { type: 'object', properties: { id: { type: 'number' } }, required: ['id'] } as const;
  const client = await connect(
    `${await start({ look: { description: 'Looks', inputSchema, digest: 'sha256:0' } })}/api/v2/mcp`,
  );
  expect((await client.listTools()).tools).toEqual([{ name: 'look', description: 'Looks', inputSchema }]);
  expect(await client.callTool({ name: 'look', arguments: { id: 7 } })).toMatchObject({
    content: [
      {
        type: 'text',
        text: 'This is a stand-in for search, which did nothing. It was asked for look with {"id":7}',
      },
    ],
  });
  await client.close();
});

test('of a server of which nothing is known it offers one tool', async () => {
  const client = await connect(`${await start()}/mcp`);
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['search_demo']);
  await client.close();
});

test('it is ready wherever it is asked', async () => {
  const url = await start();
  for (const path of ['/', '/healthz', '/any/where']) expect((await fetch(url + path)).status).toBe(200);
});
