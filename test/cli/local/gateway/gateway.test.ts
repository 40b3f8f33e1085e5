import { buildGateway, type Served, type Trace } from '../../../../cli/local/gateway/gateway';
import { closeAll, config, errorOf, options, post, start } from './start-gateway';

afterEach(closeAll);

describe('with the demo model behind it', () => {
  test('answers by model name, whole and streamed, and tells of each request', async () => {
    const told: Served[] = [];
    const trace: Trace = async (_headers, _model, work) => {
      const served = await work();
      told.push(served);
      return served;
    };
    const gateway = await start(buildGateway(await options({ trace })));
    const whole = await post(gateway, { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] });
    expect(await whole.json()).toMatchObject({ model: 'gpt-4o', choices: [{ finish_reason: 'stop' }] });

    const messages = [{ role: 'user', content: 'hello' }];
    const streamed = await post(
      gateway,
      { model: 'openai/o9', messages, stream: true },
      {},
      '/chat/completions',
    );
    expect(streamed.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await streamed.text()).toMatch(/"model":"o9".*data: \[DONE\]\n\n$/s);
    expect(told).toEqual([
      { model: 'gpt-4o', upstreamModel: 'gpt-4o', status: 200 },
      { model: 'openai/o9', upstreamModel: 'o9', status: 200 },
    ]);
  });

  test('lists its models and is alive and ready without a key', async () => {
    const gateway = await start(buildGateway(await options({ config: config({ masterKey: 'sk-1' }) })));
    expect((await fetch(`${gateway}/health/liveliness`)).status).toBe(200);
    expect((await fetch(`${gateway}/health/readiness`)).status).toBe(200);
    const listed = await fetch(`${gateway}/v1/models`, { headers: { authorization: 'Bearer sk-1' } });
    expect(await listed.json()).toMatchObject({ data: [{ id: 'gpt-4o' }, { id: 'openai/*' }] });
  });

  test('fails when the key is missing or wrong', async () => {
    const gateway = await start(buildGateway(await options({ config: config({ masterKey: 'sk-1' }) })));
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'x' }] };
    const missing = await post(gateway, body);
    expect([missing.status, await errorOf(missing)]).toEqual([
      401,
      {
        message: 'Authentication Error, no API key was passed in',
        type: 'auth_error',
        param: null,
        code: '401',
      },
    ]);
    const wrong = await post(gateway, body, { authorization: 'Bearer sk-2' });
    expect([wrong.status, (await errorOf(wrong)).message]).toEqual([
      401,
      'Authentication Error, the API key is not known here',
    ]);
    expect((await fetch(`${gateway}/models`)).status).toBe(401);
    expect((await post(gateway, body, { authorization: 'Bearer sk-1' })).status).toBe(200);
  });

  test('fails when the model is not served', async () => {
    const gateway = await start(buildGateway(await options()));
    const response = await post(gateway, { model: 'gpt-5', messages: [] });
    expect([response.status, await errorOf(response)]).toEqual([
      400,
      {
        message: 'Invalid model name passed in model=gpt-5. Models served here: gpt-4o, openai/*',
        type: 'invalid_request_error',
        param: 'model',
        code: '400',
      },
    ]);
  });

  test('fails when the upstream refuses, with the upstream’s status and error', async () => {
    const gateway = await start(buildGateway(await options()));
    const response = await post(gateway, { model: 'gpt-4o', messages: [] });
    expect([response.status, (await errorOf(response)).message]).toEqual([
      400,
      'messages is []; give at least one message',
    ]);
  });
});
