import { buildGateway, type GatewayOptions, type Served } from '../../../../cli/local/gateway/gateway';
import { loadGatewayConfig } from '../../../../cli/local/gateway/config';
import { stringify } from 'yaml';
import { nobodyAt } from '../../../support/http';
import { closeAll, errorOf, options, post, start, upstream } from './start-gateway';

afterEach(closeAll);

const body = (model: string) => ({ model, messages: [{ role: 'user', content: 'hello' }] });

/** A gateway with models at these addresses, `demo` being the demo model. */
async function gatewayOf(
  bases: Record<string, string>,
  fallbacks: object,
  more: Partial<GatewayOptions> = {},
) {
  const list = Object.entries(bases).map(([name, base]) => ({
    model_name: name,
    litellm_params: { model: `openai/${name}`, ...(base !== 'demo' && { api_base: base }) },
  }));
  const config = loadGatewayConfig(stringify({ model_list: list, router_settings: fallbacks }), {});
  return start(buildGateway(await options({ config, ...more })));
}

test('another model answers where one cannot be reached, and the span around it learns which', async () => {
  const { url } = await nobodyAt();
  const told: Served[] = [];
  const trace: GatewayOptions['trace'] = async (_headers, _model, work) => {
    const served = await work();
    told.push(served);
    return served;
  };
  const gateway = await gatewayOf(
    { big: url, small: 'demo' },
    { fallbacks: [{ big: ['small'] }] },
    { trace },
  );
  const reply = await post(gateway, body('big'));
  expect([reply.status, await reply.json()]).toMatchObject([200, { model: 'small' }]);
  expect(told).toEqual([{ model: 'big', upstreamModel: 'small', status: 200 }]);
});

test('each is asked in its order, once, and none when the first answers', async () => {
  const asked: (string | undefined)[] = [];
  const failing = await upstream((request, response) => {
    asked.push(request.url);
    response.writeHead(429).end('{}');
  });
  const bases = { a: `${failing}/a`, b: `${failing}/b`, c: 'demo' };
  const gateway = await gatewayOf(bases, { default_fallbacks: ['b', 'c'] });
  expect(await (await post(gateway, body('a'))).json()).toMatchObject({ model: 'c' });
  expect(await (await post(gateway, body('c'))).json()).toMatchObject({ model: 'c' });
  expect(asked).toEqual(['/a/chat/completions', '/b/chat/completions']);
});

test('fails when all do, with what the model said that was asked for', async () => {
  const busy = await upstream((_request, response) => response.writeHead(429).end('{"error":"slow down"}'));
  const broken = await upstream((_request, response) => response.writeHead(500).end('{"error":"broken"}'));
  const gateway = await gatewayOf({ a: busy, b: broken }, { fallbacks: [{ a: ['b'] }] });
  const reply = await post(gateway, body('a'));
  expect([reply.status, (await errorOf(reply)).message]).toEqual([429, 'slow down']);
});
