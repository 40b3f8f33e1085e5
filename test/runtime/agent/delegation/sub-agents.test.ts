import { listenHttp, nobodyAt } from '../../../support/http';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, toolResults } from '../../../support/scripted-model';
import { only } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

test('a sub-agent is offered with what its card says of it, and takes a task', async () => {
  const { agent: worker, model: workerModel } = await openLead(inTurn(says('dug')), {
    name: 'worker',
    description: 'Digs holes.',
  });
  const { model, reply } = await delegate(worker.url, { task: 'dig here' });
  expect(reply.status).toBe(200);
  expect(model.requests[0]?.tools).toMatchObject([
    {
      function: {
        name: 'delegate_to_worker',
        description: 'Hand a task to the agent "worker". Digs holes.',
        parameters: { type: 'object', required: ['task'] },
      },
    },
  ]);
  expect(workerModel.requests[0]?.messages.at(-1)).toEqual({ role: 'user', content: 'dig here' });
  expect(toolResults(model.requests[1])).toEqual(['dug']);
});

test('a sub-agent that is away is offered all the same', async () => {
  const { model } = await delegate((await nobodyAt()).url, { task: 'dig' });
  expect(model.requests[0]?.tools).toMatchObject([
    { function: { name: 'delegate_to_worker', description: 'Hand a task to the agent "worker".' } },
  ]);
});

test('what a sub-agent refuses to do is its answer', async () => {
  const refused = { choices: [{ message: { role: 'assistant', content: null, refusal: 'I will not dig' } }] };
  const worker = await listenHttp((_request, response) => response.end(JSON.stringify(refused)));
  open.push(worker);
  const { model } = await delegate(worker.url, { task: 'dig' });
  expect(toolResults(model.requests[1])).toEqual(['I will not dig']);
});

const NOT_A_COMPLETION = 'agent "worker" answered with something else than a chat completion';

test.each<[why: string, status: number, body: string, message: string, errorType: string]>([
  [
    'the agent fails',
    502,
    '{"error":{"message":"10.0.0.7"}}',
    'agent "worker" failed with status 502',
    '502',
  ],
  ['the agent runs out of steps', 422, '{}', 'agent "worker" failed with status 422', '422'],
  ['the answer is no JSON', 200, '<html>', NOT_A_COMPLETION, '200'],
  ['the answer has no choices', 200, '{"choices":[]}', NOT_A_COMPLETION, '200'],
  ['the answer has no text', 200, '{"choices":[{"message":{"content":null}}]}', NOT_A_COMPLETION, '200'],
])('a delegation fails when %s, and the model is told', async (_why, status, body, message, errorType) => {
  const worker = await listenHttp((_request, response) => response.writeHead(status).end(body));
  open.push(worker);
  const { model, reply } = await delegate(worker.url, { task: 'dig' });
  expect(reply.status).toBe(200);
  expect(toolResults(model.requests[1])).toEqual([`Error: ${message}`]);
  const span = only(telemetry.spans, 'delegate.worker');
  expect(span).toMatchObject({ status: { message }, attributes: { 'error.type': errorType } });
});

test('a delegation fails when the agent cannot be reached, and the model is told', async () => {
  const { model } = await delegate((await nobodyAt()).url, { task: 'dig' });
  expect(toolResults(model.requests[1])).toEqual(['Error: agent "worker" cannot be reached']);
  expect(only(telemetry.spans, 'delegate.worker').attributes['error.type']).toBe('delegation_failed');
});

test.each([{}, { task: '' }, { task: 7 }])('a delegation fails without a task: %j', async (args) => {
  const { model } = await delegate((await nobodyAt()).url, args);
  expect(toolResults(model.requests[1])).toEqual([
    'Error: give agent "worker" a "task": what it is to do, as text',
  ]);
});

async function delegate(url: string, args: object) {
  const script = inTurn(asksFor(['delegate_to_worker', args]), says('done'));
  const { model, ask } = await openLead(script, { subAgents: [{ name: 'worker', url }] });
  return { model, reply: await ask() };
}
