import { type Listening, nobodyAt, postJson } from '../../../support/http';
import { startAgent } from '../../../support/in-process';
import {
  asksFor,
  inTurn,
  says,
  type ScriptedReply,
  startScriptedModel,
} from '../../../support/scripted-model';
import { only, spanTree } from '../../../support/span-tree';
import { pointsOf, startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();
const open: Listening[] = [];

beforeEach(() => telemetry.reset());
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => telemetry.close());

const GARBAGE = 'the model gateway answered with something else than a chat completion';

test.each<[why: string, reply: ScriptedReply, message: string, errorType: string]>([
  [
    'the model gives an error',
    { status: 500, body: { error: 'http://10.0.0.7 is down' } },
    'the model gateway answered 500',
    '500',
  ],
  ['the model is busy', { status: 429, body: 'slow down' }, 'the model gateway answered 429', '429'],
  ['the reply is no JSON', { body: '<html>10.0.0.7</html>' }, GARBAGE, 'model_failed'],
  ['the reply is no completion', { body: { ok: true } }, GARBAGE, 'model_failed'],
  ['the reply has no choices', says('x', { choices: [] }), GARBAGE, 'model_failed'],
])('fails when %s', async (_why, scripted, message, errorType) => {
  const model = await startScriptedModel(inTurn(scripted));
  open.push(model);
  const reply = await ask(model.url);
  expect(reply).toMatchObject({ status: 502, body: { error: badGateway(message) } });
  // A failure is where a trace is wanted most.
  const { traceId } = only(telemetry.spans, 'agent.agentic_loop').spanContext();
  expect(reply.headers.get('traceresponse')).toContain(traceId);
  expect(spanTree(telemetry.spans)).toEqual([
    'agent.agentic_loop INTERNAL ERROR',
    '  agent.step.1 INTERNAL ERROR',
    '    model.inference CLIENT ERROR',
  ]);
  const span = only(telemetry.spans, 'model.inference');
  expect(span).toMatchObject({ status: { message }, attributes: { 'error.type': errorType } });
  expect(span.events).toMatchObject([{ name: 'exception', attributes: { 'exception.message': message } }]);
  expect(pointsOf(await telemetry.metric('kaos.requests'))).toEqual([
    { labels: { 'agent.name': 'lead', success: 'false' }, value: 1 },
  ]);
});

test.each([400, 413, 422])(
  'fails when the model does not take the request (%i), which clients must not repeat',
  async (status) => {
    const model = await startScriptedModel(inTurn({ status, body: { error: 'too long for 10.0.0.7' } }));
    open.push(model);
    expect(await ask(model.url)).toMatchObject({
      status: 400,
      body: {
        error: {
          message: `the model does not take the request: its gateway answered ${status}`,
          type: 'invalid_request_error',
          param: null,
          code: 'model_refused',
        },
      },
    });
    expect(only(telemetry.spans, 'model.inference').attributes['error.type']).toBe(String(status));
  },
);

test('fails when the model says nothing at all', async () => {
  const model = await startScriptedModel(inTurn(says(null)));
  open.push(model);
  const message = 'the model gave neither an answer nor a tool call';
  expect(await ask(model.url)).toMatchObject({ status: 502, body: { error: badGateway(message) } });
  expect(spanTree(telemetry.spans)).toEqual([
    'agent.agentic_loop INTERNAL ERROR',
    '  agent.step.1 INTERNAL ERROR',
    '    model.inference CLIENT OK',
  ]);
});

test('fails when the model cannot be reached, without saying where it was looked for', async () => {
  const nobody = await nobodyAt();
  const reply = await ask(nobody.url);
  expect(reply).toMatchObject({
    status: 502,
    body: { error: badGateway('the model gateway cannot be reached') },
  });
  expect(JSON.stringify(reply.body)).not.toContain(String(nobody.port));
  const [log] = telemetry.logs.filter(({ body }) => body === 'model.inference failed');
  expect(log?.attributes['exception.stacktrace']).toContain(`ECONNREFUSED 127.0.0.1:${nobody.port}`);
});

test('fails when the model answers too late', async () => {
  const model = await startScriptedModel(() => new Promise(() => undefined));
  open.push(model);
  const reply = await ask(model.url, { modelTimeoutMs: 1 });
  expect(reply).toMatchObject({
    status: 502,
    body: { error: badGateway('the model gateway cannot be reached') },
  });
  await model.hungUp;
});

test('fails when the steps are used up, which clients must not repeat', async () => {
  const model = await startScriptedModel(inTurn(asksFor(['again', {}])));
  open.push(model);
  const reply = await ask(model.url, { maxSteps: 2 });
  expect(reply).toMatchObject({
    status: 422,
    body: {
      error: {
        message: 'Reached maximum reasoning steps (2)',
        type: 'agent_error',
        param: null,
        code: 'max_steps_reached',
      },
    },
  });
  expect(model.requests).toHaveLength(2);
  const loop = only(telemetry.spans, 'agent.agentic_loop');
  expect(loop.attributes['error.type']).toBe('max_steps_reached');
  expect(spanTree(telemetry.spans)).toEqual([
    'agent.agentic_loop INTERNAL ERROR',
    '  agent.step.1 INTERNAL OK',
    '    model.inference CLIENT OK',
    '    tool.unknown CLIENT ERROR',
    '  agent.step.2 INTERNAL OK',
    '    model.inference CLIENT OK',
    '    tool.unknown CLIENT ERROR',
  ]);
  expect(pointsOf(await telemetry.metric('kaos.requests'))).toEqual([
    { labels: { 'agent.name': 'lead', success: 'false' }, value: 1 },
  ]);
});

function badGateway(message: string) {
  return { message, type: 'api_error', param: null, code: 'model_failed' };
}

async function ask(modelUrl: string, settings: { maxSteps?: number; modelTimeoutMs?: number } = {}) {
  const agent = await startAgent({ name: 'lead', modelUrl, model: 'gpt-4o', ...settings });
  open.unshift(agent);
  const messages = [{ role: 'user', content: 'go' }];
  return postJson(`${agent.url}/v1/chat/completions`, { messages });
}
