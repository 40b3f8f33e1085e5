import { McpServer, type RegisteredTool } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Listening, listenHttp, until } from './http';

export interface SessionServer extends Listening {
  /** How often a client made a session. */
  readonly sessions: number;
  /** Settles once a client listens for what the server has to say by itself. */
  readonly listening: Promise<unknown>;
  /** Offers one more tool, and says so to all that listen. */
  offer(name: string): void;
  /** Says something else of `echo`, and says so to all that listen. */
  reword(description: string): void;
}

interface Session {
  readonly server: McpServer;
  readonly transport: StreamableHTTPServerTransport;
  readonly echo: RegisteredTool;
}

/**
 * A tool server that keeps sessions, as many written with the official SDK do: one tool `echo`, answers as event
 * streams, and a 404 for a session that it does not know.
 */
export async function startSessionServer(port = 0): Promise<SessionServer> {
  const sessions = new Map<string, Session>();
  let description: string | undefined;
  let noteListening: (value?: unknown) => void = () => undefined;
  const listening = new Promise<unknown>((resolve) => {
    noteListening = resolve;
  });

  const open = async () => {
    const server = new McpServer({ name: 'sessions', version: '1' });
    const echo = server.registerTool(
      'echo',
      { description, inputSchema: { text: z.string() } },
      ({ text }) => ({
        content: [{ type: 'text', text: `Echo: ${text}` }],
      }),
    );
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, { server, transport, echo }),
    });
    await server.connect(transport);
    return transport;
  };

  const http = await listenHttp((request, response) => {
    void (async () => {
      const id = request.headers['mcp-session-id'];
      const transport = id === undefined ? await open() : sessions.get(String(id))?.transport;
      if (!transport) return response.writeHead(404).end();
      void transport.handleRequest(request, response);
      if (request.method !== 'GET') return;
      await until(() => response.headersSent);
      noteListening();
    })();
  }, port);

  return {
    ...http,
    listening,
    get sessions() {
      return sessions.size;
    },
    offer(name) {
      for (const { server } of sessions.values()) {
        server.registerTool(name, {}, () => ({ content: [] }));
      }
    },
    reword(text) {
      description = text;
      for (const { echo } of sessions.values()) echo.update({ description });
    },
    close: async () => {
      await Promise.all([...sessions.values()].map(({ server }) => server.close()));
      await http.close();
    },
  };
}
