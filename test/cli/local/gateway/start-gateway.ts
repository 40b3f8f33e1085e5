import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type FastifyInstance } from 'fastify';
import { stringify } from 'yaml';
import { buildDemoModel } from '../../../../cli/local/demo-model/demo-model';
import { loadGatewayConfig } from '../../../../cli/local/gateway/config';
import { type GatewayOptions } from '../../../../cli/local/gateway/gateway';

const HOST = '127.0.0.1';
export const UPSTREAM_KEY = 'provider-key-for-tests';
const closing: (() => unknown)[] = [];

/** Closes what a test started. */
export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0)) await close();
}

export async function options(more: Partial<GatewayOptions> = {}): Promise<GatewayOptions> {
  return { config: config({}), upstream: await start(buildDemoModel()), ...more };
}

export function config({ masterKey, apiBase }: { masterKey?: string; apiBase?: string }) {
  const params = { api_base: 'os.environ/BASE', api_key: 'os.environ/KEY' };
  const text = stringify({
    model_list: [
      { model_name: 'gpt-4o', litellm_params: { model: 'openai/gpt-4o', ...params } },
      { model_name: 'openai/*', litellm_params: { model: 'openai/*', ...params } },
    ],
    ...(masterKey && { general_settings: { master_key: 'os.environ/MASTER' } }),
  });
  return loadGatewayConfig(text, { BASE: apiBase, KEY: UPSTREAM_KEY, MASTER: masterKey });
}

export async function start(app: FastifyInstance): Promise<string> {
  closing.unshift(() => {
    const closed = app.close();
    // A client may hold a connection open on which it never sent anything.
    app.server.closeAllConnections();
    return closed;
  });
  return app.listen({ host: HOST, port: 0 });
}

export async function upstream(
  handle: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<string> {
  const server: Server = createServer(handle).listen(0, HOST);
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://${HOST}:${(server.address() as AddressInfo).port}`;
}

export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}

export function post(
  base: string,
  body: unknown,
  headers: Record<string, string> = {},
  path = '/v1/chat/completions',
) {
  return fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

export async function errorOf(response: Response) {
  return ((await response.json()) as { error: { message: string } }).error;
}
