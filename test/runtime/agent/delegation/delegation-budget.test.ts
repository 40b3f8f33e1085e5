import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { type AgentSettings } from '../../../../runtime/contract';
import { type Listening, listenHttp, nobodyAt } from '../../../support/http';
import { type Lead } from '../../../support/lead';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { startScriptedAgent } from '../../../support/scripted-agent';
import { asksFor, inTurn, says, type Script, toolResults } from '../../../support/scripted-model';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

afterEach(closeAll);
afterAll(() => telemetry.close());

const count = tool({ description: 'Counts', input: z.object({}), handler: () => '1' });
const COUNT = ['count', {}] as const;
const DIG = ['delegate_to_worker', { task: 'dig' }] as const;
const LIMITED = { maxToolCalls: 5, maxTokens: 100 };

/** Each model call of a scripted model takes 18 tokens. */
describe('what is left of the limits', () => {
  test('travels with a task', async () => {
    const worker = await startWorker();
    const lead = await startLead(inTurn(asksFor(COUNT), asksFor(DIG), says('done')), worker, LIMITED);
    await lead.ask();
    expect(worker.requests[0]?.headers).toMatchObject({
      'x-kaos-tool-calls-left': '3',
      'x-kaos-tokens-left': '64',
    });
  });

  test('is not told where there is no limit', async () => {
    const worker = await startWorker();
    await (await startLead(inTurn(asksFor(DIG), says('done')), worker)).ask();
    expect(Object.keys(worker.requests[0]?.headers ?? {}).join()).not.toContain('left');
  });

  test.each<[what: string, headers: Record<string, string>, settings: Partial<AgentSettings>, code: string]>([
    ['tool calls', { 'x-kaos-tool-calls-left': '1' }, { maxToolCalls: 5 }, 'Reached maximum tool calls (1)'],
    ['tokens', { 'x-kaos-tokens-left': '18' }, { maxTokens: 100 }, 'Reached maximum tokens (18)'],
    [
      'tool calls of its own',
      { 'x-kaos-tool-calls-left': '9' },
      { maxToolCalls: 1 },
      'Reached maximum tool calls (1)',
    ],
    ['no tool calls', { 'x-kaos-tool-calls-left': '0' }, {}, 'Reached maximum tool calls (0)'],
  ])('limits who takes the task: %s', async (_what, headers, settings, message) => {
    const agent = await startLead(inTurn(asksFor(COUNT, COUNT), says('done')), undefined, settings);
    const reply = await agent.ask('go', headers);
    expect([reply.status, reply.body.error.message]).toEqual([422, message]);
  });

  test.each(['x-kaos-tool-calls-left', 'x-kaos-tokens-left'])('fails when %s is no count', async (header) => {
    const agent = await startLead(inTurn(says('done')));
    const reply = await agent.ask('go', { [header]: 'much' });
    expect([reply.status, reply.body.error.message]).toEqual([
      400,
      `header ${header}: must be a whole number, 0 or more`,
    ]);
  });
});

describe('what a sub-agent used', () => {
  test('counts for the caller, all the way down, and stands in nobody else’s usage', async () => {
    const grandchild = await startLead(inTurn(asksFor(COUNT), says('deep')), undefined, { name: 'worker' });
    const child = await startLead(inTurn(asksFor(DIG), says('dug')), grandchild, { name: 'child' });
    const reply = await child.ask('go', { 'x-kaos-ancestors': 'lead' });
    // Two model calls each; one delegation, and one tool call below.
    expect(reply.headers.get('x-kaos-tokens-used')).toBe('72');
    expect(reply.headers.get('x-kaos-tool-calls-used')).toBe('2');
    expect(reply.body.usage.total_tokens).toBe(36);
  });

  test('is told to those who delegate, and to nobody else', async () => {
    const agent = await startLead(inTurn(says('done')));
    expect((await agent.ask()).headers.has('x-kaos-tokens-used')).toBe(false);
  });

  test('ends the request of the caller when it was all that was left', async () => {
    const worker = await startWorker({ usage: { total_tokens: 82 } });
    const lead = await startLead(inTurn(asksFor(DIG), says('done')), worker, LIMITED);
    const reply = await lead.ask();
    expect([reply.status, reply.body.error.message]).toEqual([422, 'Reached maximum tokens (100)']);
    expect(lead.model.requests).toHaveLength(1);
  });

  test('counts when it failed, too', async () => {
    const worker = await listenHttp((_request, response) => {
      response.writeHead(422, { 'x-kaos-tool-calls-used': '4', 'x-kaos-tokens-used': '1' }).end('{}');
    });
    open.push(worker);
    const lead = await startLead(inTurn(asksFor(DIG), asksFor(COUNT), says('done')), worker, LIMITED);
    const reply = await lead.ask();
    expect([reply.status, reply.body.error.message]).toEqual([422, 'Reached maximum tool calls (5)']);
  });
});

describe('what is told of the conversation', () => {
  const question = {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'two' },
      { role: 'user', content: 'three' },
    ],
  };
  const TASK = { role: 'task-delegation', content: 'dig' };

  test.each<[limit: number, told: object[]]>([
    [0, [TASK]],
    [1, [{ role: 'user', content: 'Tool result (count): 1' }, TASK]],
    [
      3,
      [
        { role: 'user', content: 'three' },
        { role: 'assistant', content: 'Let me count.' },
        { role: 'user', content: 'Tool result (count): 1' },
        TASK,
      ],
    ],
    [
      9,
      [
        ...question.messages.slice(1),
        { role: 'assistant', content: 'Let me count.' },
        { role: 'user', content: 'Tool result (count): 1' },
        TASK,
      ],
    ],
  ])('its last %i messages, and the task', async (memoryContextLimit, told) => {
    const worker = await startWorker();
    const counting = asksFor(COUNT).body as { choices: [{ message: object }] };
    Object.assign(counting.choices[0].message, { content: 'Let me count.' });
    const script = inTurn({ body: counting }, asksFor(DIG), says('done'));
    const lead = await startLead(script, worker, { memoryContextLimit });
    await lead.ask(question);
    expect(worker.requests[0]?.body.messages).toEqual(told);
  });
});

describe('a circle', () => {
  test('is refused by the agent that it comes back to', async () => {
    const agent = await startLead(inTurn(says('done')));
    const reply = await agent.ask('go', { 'x-kaos-ancestors': 'first,lead,last' });
    expect([reply.status, reply.body.error]).toEqual([
      422,
      {
        message: 'Delegated in a circle: first > lead > last > lead',
        type: 'agent_error',
        param: null,
        code: 'delegation_cycle',
      },
    ]);
    expect(agent.model.requests).toHaveLength(0);
  });

  test('that somebody on the way means is taken, and all further down know', async () => {
    const worker = await startWorker();
    const lead = await startLead(inTurn(asksFor(DIG), says('done')), worker);
    const headers = { 'x-kaos-ancestors': 'lead,last', 'x-kaos-allow-cycle': 'true' };
    expect((await lead.ask('go', headers)).status).toBe(200);
    expect(worker.requests[0]?.headers['x-kaos-allow-cycle']).toBe('true');
  });

  test('of two agents ends with news for the model of the second', async () => {
    const back = await nobodyAt();
    const worker = await startLead(
      inTurn(asksFor(['delegate_to_lead', { task: 'you' }]), says('done')),
      undefined,
      { name: 'worker', subAgents: [{ name: 'lead', url: back.url }] },
    );
    const model = inTurn(asksFor(DIG), says('done'));
    const { agent: lead } = await openLead(
      model,
      { subAgents: [{ name: 'worker', url: worker.url }] },
      undefined,
      back.port,
    );
    expect((await lead.ask()).status).toBe(200);
    expect(toolResults(worker.model.requests[1])).toEqual([
      'Error: agent "lead" failed with status 422 (delegation_cycle)',
    ]);
  });
});

async function startWorker(extra: object = {}) {
  const choices = [{ message: { role: 'assistant', content: 'dug' } }];
  const worker = await startScriptedAgent({ '/v1/chat/completions': { choices, ...extra } });
  open.push(worker);
  return worker;
}

async function startLead(
  script: Script,
  worker?: Listening,
  settings: Partial<AgentSettings> = {},
): Promise<Lead> {
  const subAgents = worker ? [{ name: 'worker', url: worker.url }] : [];
  return (await openLead(script, { subAgents, ...settings }, { count })).agent;
}
