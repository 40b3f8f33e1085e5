import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { buildGateway, type GatewayOptions } from '../../../../cli/local/gateway/gateway';
import { nobodyAt } from '../../../support/http';
import {
  bodyOf,
  closeAll,
  config,
  errorOf,
  options,
  post,
  start,
  upstream,
  UPSTREAM_KEY,
} from './start-gateway';

afterEach(closeAll);

describe('with an upstream of its own', () => {
  test('sends the provider’s key and name, and nothing of the caller’s headers', async () => {
    const seen: { path?: string; headers?: IncomingMessage['headers']; body?: unknown } = {};
    const base = await upstream(async (request, response) => {
      Object.assign(seen, { path: request.url, headers: request.headers, body: await bodyOf(request) });
      response.setHeader('content-type', 'application/json').end('{"ok":true}');
    });
    const gateway = await start(buildGateway(await options({ config: config({ apiBase: `${base}/v1` }) })));
    const headers = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      authorization: 'Bearer caller',
    };
    expect(await (await post(gateway, { model: 'gpt-4o', seed: 7 }, headers)).json()).toEqual({ ok: true });
    expect(seen.path).toBe('/v1/chat/completions');
    expect(seen.body).toEqual({ model: 'gpt-4o', seed: 7 });
    expect(seen.headers?.authorization).toBe(`Bearer ${UPSTREAM_KEY}`);
    expect(seen.headers).not.toHaveProperty('traceparent');
  });

  test('a stream is passed on chunk by chunk, and ended when the caller goes away', async () => {
    const served: ServerResponse[] = [];
    const base = await upstream((_request, response) => {
      served.push(response.writeHead(200, { 'content-type': 'text/event-stream' }));
      response.write('data: 1\n\n');
    });
    const gateway = await start(buildGateway(await options({ config: config({ apiBase: base }) })));
    const response = await post(gateway, { model: 'gpt-4o', stream: true });
    const reader = response.body?.getReader();
    const first = await reader?.read(); // arrives while the upstream is still open
    expect(Buffer.from(first?.value ?? []).toString()).toBe('data: 1\n\n');
    const [upstreamReply] = served;
    if (!upstreamReply) throw new Error('the upstream was not called');
    const ended = once(upstreamReply, 'close');
    await reader?.cancel();
    await ended;
    expect(upstreamReply.writableFinished).toBe(false);
  });

  test('fails when the upstream reports an error, without repeating the key', async () => {
    const base = await upstream((_request, response) => {
      response.writeHead(429, { 'content-type': 'application/json' });
      const error = {
        message: `slow down, ${UPSTREAM_KEY}`,
        type: 'rate_limit',
        param: null,
        code: 'rate_limited',
      };
      response.end(JSON.stringify({ error }));
    });
    const gateway = await start(buildGateway(await options({ config: config({ apiBase: base }) })));
    const response = await post(gateway, { model: 'gpt-4o' });
    expect([response.status, await errorOf(response)]).toEqual([
      429,
      { message: 'slow down, ***', type: 'rate_limit', param: null, code: 'rate_limited' },
    ]);
  });

  test('fails when the upstream answers with a page', async () => {
    const base = await upstream((_request, response) => response.writeHead(503).end('<html>busy</html>'));
    const gateway = await start(buildGateway(await options({ config: config({ apiBase: base }) })));
    const response = await post(gateway, { model: 'gpt-4o' });
    expect([response.status, (await errorOf(response)).message]).toEqual([
      503,
      "the model's upstream answered 503",
    ]);
  });

  test('fails when nobody listens, and the span around it learns of it', async () => {
    const closed = await nobodyAt();
    const { host } = new URL(closed.url);
    const outcomes: unknown[] = [];
    const trace: GatewayOptions['trace'] = async (headers, model, work) => {
      outcomes.push(headers.traceparent, model);
      return work().catch((error: Error) => {
        outcomes.push(error.message);
        throw error;
      });
    };
    const secret = config({ apiBase: `${closed.url}/secret-path` });
    const gateway = await start(buildGateway(await options({ config: secret, trace })));
    const response = await post(gateway, { model: 'gpt-4o' }, { traceparent: 'tp' });
    const message = `the model's upstream at ${host} cannot be reached: ECONNREFUSED`;
    expect([response.status, await errorOf(response)]).toEqual([
      502,
      { message, type: 'api_connection_error', param: null, code: 'ECONNREFUSED' },
    ]);
    expect(outcomes).toEqual(['tp', 'gpt-4o', message]);
  });
});
