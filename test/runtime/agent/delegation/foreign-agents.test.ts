import { type PeerAgent } from '../../../../runtime/contract';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { type AgentRequest, type AgentScript, startScriptedAgent } from '../../../support/scripted-agent';
import { asksFor, inTurn, says, toolResults } from '../../../support/scripted-model';
import { only } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

describe('an agent that knows chat completions alone', () => {
  const ANSWER = { choices: [{ message: { role: 'assistant', content: 'dug' } }] };

  test.each([
    ['its name is asked for', {}, '', 'worker'],
    ['its model is asked for', { model: 'digger-2' }, '/v1', 'digger-2'],
  ])('is offered with what we know of it, and %s', async (_how, known, path, model) => {
    const { told, requests, offered } = await delegate(
      { '/v1/chat/completions': ANSWER },
      { protocol: 'openai', description: 'Digs holes.', apiKey: 'not-a-key', ...known },
      path,
    );
    expect(offered).toBe('Hand a task to the agent "worker". Digs holes.');
    expect(told).toEqual(['dug']);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.body).toEqual({ model, messages: [{ role: 'user', content: 'dig' }], stream: false });
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer not-a-key' });
    // Strangers need not learn what our agents are called.
    expect(Object.keys(requests[0]?.headers ?? {})).not.toContain('x-kaos-ancestors');
  });
});

describe('an agent that speaks A2A', () => {
  const parts = (...texts: string[]) => texts.map((text) => ({ kind: 'text', text }));
  const message = { kind: 'message', role: 'agent', messageId: '1', parts: parts('dug', 'deep') };
  const task = (state: string, more: object = {}) => ({
    kind: 'task',
    id: 't',
    contextId: 'c',
    status: { state },
    ...more,
  });
  const artifacts = [
    { artifactId: '1', parts: [...parts('a hole'), { kind: 'data', data: {} }] },
    { artifactId: '2', parts: parts('a heap') },
  ];

  test('is offered with what its card says, and asked where the card says', async () => {
    const { told, requests, offered } = await a2a({ result: message }, { apiKey: 'not-a-key' });
    expect(offered).toBe('Hand a task to the agent "worker". Digs by A2A.');
    expect(told).toEqual(['dug\ndeep']);
    expect(requests).toMatchObject([
      {
        method: 'POST',
        path: '/rpc',
        headers: { authorization: 'Bearer not-a-key', 'content-type': 'application/json' },
        body: {
          jsonrpc: '2.0',
          id: expect.any(Number),
          method: 'message/send',
          params: {
            message: {
              kind: 'message',
              role: 'user',
              messageId: expect.any(String),
              parts: [{ kind: 'text', text: 'dig' }],
            },
            configuration: { blocking: true, acceptedOutputModes: ['text/plain'] },
          },
        },
      },
    ]);
    expect(requests[0]?.headers['traceparent']).toContain(
      only(telemetry.spans, 'delegate.worker').spanContext().traceId,
    );
  });

  test.each<[what: string, result: object, answer: string]>([
    ['the artifacts of a task', task('completed', { artifacts }), 'a hole\na heap'],
    [
      'what a task says at its end, without artifacts',
      task('completed', {
        status: { state: 'completed', message: { ...message, parts: parts('nothing found') } },
      }),
      'nothing found',
    ],
    ['nothing', task('completed'), ''],
  ])('answers with %s', async (_what, result, answer) => {
    expect((await a2a({ result })).told).toEqual([answer]);
  });

  test('is asked again while its task runs', async () => {
    let looks = 0;
    const { told, requests } = await a2a((request: { body: { method: string } }) => {
      if (request.body.method === 'message/send') return { result: task('submitted') };
      return { result: ++looks < 2 ? task('working') : task('completed', { artifacts }) };
    });
    expect(told).toEqual(['a hole\na heap']);
    expect(requests.map(({ body }) => body.method)).toEqual(['message/send', 'tasks/get', 'tasks/get']);
    expect(requests[1]?.body.params).toEqual({ id: 't' });
  });

  const RPC = 'agent "worker" failed with JSON-RPC error -32001';
  const ELSE = 'agent "worker" answered with something else than A2A';
  const is = (state: string) => `the task of agent "worker" is ${state}`;
  const said = (state: string) =>
    task(state, { status: { state, message: { ...message, parts: parts('which hole?') } } });
  test.each<[why: string, answer: object, toldText: string, message: string]>([
    ['its task fails', { result: task('failed') }, is('failed'), is('failed')],
    ['its task is canceled', { result: task('canceled') }, is('canceled'), is('canceled')],
    ['it rejects the task', { result: said('rejected') }, `${is('rejected')}: which hole?`, is('rejected')],
    [
      'it asks back',
      { result: said('input-required') },
      `${is('input-required')}: which hole?`,
      is('input-required'),
    ],
    [
      'its task is nowhere',
      { result: task('lost in space') },
      is('of an unknown state'),
      is('of an unknown state'),
    ],
    ['it answers with an error', { error: { code: -32001, message: '10.0.0.7' } }, RPC, RPC],
    ['it answers with something else', { choices: [] }, ELSE, ELSE],
  ])('a delegation fails when %s, and the model is told', async (_why, answer, toldText, message) => {
    expect((await a2a(answer)).told).toEqual([`Error: ${toldText}`]);
    expect(only(telemetry.spans, 'delegate.worker').status.message).toBe(message);
  });

  test('a delegation fails when the card points elsewhere, where no key is shown', async () => {
    const elsewhere = await startScriptedAgent({ '/rpc': { result: message } });
    open.push(elsewhere);
    const { told } = await a2a({ result: message }, { apiKey: 'not-a-key' }, { url: `${elsewhere.url}/rpc` });
    expect(told).toEqual(['Error: the card of agent "worker" points to another address than its own']);
    expect(elsewhere.requests).toEqual([]);
  });

  test.each<[why: string, card: object, message: string]>([
    ['has no address', { url: undefined }, 'the card of agent "worker" cannot be read'],
    ['offers no JSON-RPC', { preferredTransport: 'GRPC' }, 'agent "worker" does not speak JSON-RPC'],
  ])('a delegation fails when the card %s', async (_why, card, message) => {
    expect((await a2a({ result: message }, {}, card)).told).toEqual([`Error: ${message}`]);
  });

  test('of several transports, JSON-RPC is taken', async () => {
    const additionalInterfaces = (url: string) => [{ transport: 'JSONRPC', url }];
    const card = { preferredTransport: 'GRPC', url: 'worker:50051', additionalInterfaces };
    expect((await a2a({ result: message }, {}, card)).told).toEqual(['dug\ndeep']);
  });

  test('a delegation fails when its task does not end in time', async () => {
    const { told } = await a2a({ result: task('working') }, {}, {}, 400);
    expect(told).toEqual(['Error: agent "worker" cannot be reached']);
  });

  /** @param answer to all that it is asked, as JSON-RPC */
  function a2a(
    answer: unknown,
    agent: object = {},
    card: { url?: string; preferredTransport?: string; additionalInterfaces?: (url: string) => object } = {},
    delegationTimeoutMs?: number,
  ) {
    const script = {
      '/.well-known/agent-card.json': ({ headers }: { headers: { host: string } }) => ({
        name: 'Somebody else’s name',
        description: 'Digs by A2A.',
        url: `http://${headers.host}/rpc`,
        preferredTransport: 'JSONRPC',
        ...card,
        additionalInterfaces: card.additionalInterfaces?.(`http://${headers.host}/rpc`),
      }),
      '/rpc': (request: AgentRequest) => {
        const { id } = request.body;
        return { jsonrpc: '2.0', id, ...(typeof answer === 'function' ? answer(request) : answer) };
      },
    };
    return delegate(script, { protocol: 'a2a', ...agent }, '', delegationTimeoutMs);
  }
});

async function delegate(
  script: AgentScript,
  agent: Omit<PeerAgent, 'name' | 'url'>,
  path = '',
  delegationTimeoutMs = 5_000,
) {
  const worker = await startScriptedAgent(script);
  open.push(worker);
  const { model, ask } = await openLead(
    inTurn(asksFor(['delegate_to_worker', { task: 'dig' }]), says('done')),
    {
      delegationTimeoutMs,
      subAgents: [{ name: 'worker', url: worker.url + path, ...agent }],
    },
  );
  expect((await ask()).status).toBe(200);
  const offered = model.requests[0]?.tools?.[0]?.function.description;
  return { told: toolResults(model.requests[1]), requests: worker.requests, offered };
}
