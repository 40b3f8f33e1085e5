import { z } from 'zod';
import { type AgentSettings, type PeerProtocol } from '../../../../runtime/contract';
import { tool } from '../../../../runtime/mcp-server/tool';
import { listenHttp, nobodyAt } from '../../../support/http';
import { type Lead } from '../../../support/lead';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, type Script } from '../../../support/scripted-model';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

afterEach(closeAll);
afterAll(() => telemetry.close());

const NAMES = ['ann', 'bob', 'cid'];
const SPLIT = asksFor(...NAMES.map((name) => [`delegate_to_${name}`, { task: 'dig' }] as const));
const count = tool({ description: 'Counts', input: z.object({}), handler: () => '1' });
/** Calls its tool as long as it may; each step takes 18 tokens. */
const DIGS_ON = inTurn(asksFor(['count', {}]));

describe.each<PeerProtocol>(['kaos', 'a2a'])('three delegations of one turn, by %s', (protocol) => {
  test.each<[what: string, limits: Partial<AgentSettings>, steps: number]>([
    // The first step of the lead takes 18.
    ['tokens', { maxTokens: 18 + 162 }, 3],
    // The third step of each asks for a call too many.
    ['tool calls', { maxToolCalls: 3 + 6 }, 3],
    // Its last step is the lead's own.
    ['steps', { maxTotalSteps: 1 + 6 + 1 }, 2],
  ])('have no more than is left, all together: %s', async (_what, limits, steps) => {
    const workers = await Promise.all(NAMES.map((name) => startLead(DIGS_ON, { name, maxSteps: 50 })));
    const subAgents = workers.map(({ url }, index) => ({ name: NAMES[index] ?? '', url, protocol }));
    const lead = await startLead(inTurn(SPLIT, says('done')), { subAgents, ...limits });
    await lead.ask();
    expect(workers.map(({ model }) => model.requests.length)).toEqual([steps, steps, steps]);
  });

  test('count for the lead with all that they used', async () => {
    const workers = await Promise.all(NAMES.map((name) => startLead(DIGS_ON, { name, maxSteps: 50 })));
    const subAgents = workers.map(({ url }, index) => ({ name: NAMES[index] ?? '', url, protocol }));
    const lead = await startLead(inTurn(SPLIT, says('done')), { subAgents, maxTokens: 18 + 162 });
    const reply = await lead.ask('go', { 'x-kaos-ancestors': 'boss' });
    expect([reply.status, reply.body.error.message]).toEqual([422, 'Reached maximum tokens (180)']);
    const used = ['steps', 'tool-calls', 'tokens'].map((what) => reply.headers.get(`x-kaos-${what}-used`));
    // Of each worker the third answer of its model came too late for its call.
    expect(used).toEqual(['10', '9', '180']);
  });
});

describe('what is told to three agents, one after the other', () => {
  test.each<[what: string, reply: 'uses 18' | 'says nothing' | 'hangs up', told: string[], status: number]>([
    ['what one did not use, the next may', 'uses 18', ['60', '81', '144'], 200],
    ['who refused has used nothing', 'says nothing', ['60', '90', '180'], 200],
    ['who had the task and gave no reply may have used it all', 'hangs up', ['60', '60', '60'], 422],
  ])('%s', async (_what, reply, expected, status) => {
    const told: unknown[] = [];
    const agent = await listenHttp(({ headers, method }, response) => {
      if (method === 'POST') told.push(headers['x-kaos-tokens-left']);
      const used = reply === 'uses 18' ? { 'x-kaos-tokens-used': '18' } : {};
      if (reply === 'hangs up') response.destroy();
      else response.writeHead(422, used).end('{}');
    });
    open.push(agent);
    const lead = await startFrugal(agent.url);
    expect((await lead.ask()).status).toBe(status);
    expect(told).toEqual(expected);
  });

  test('who is not there has used nothing', async () => {
    const nobody = await nobodyAt();
    open.push(nobody);
    expect((await (await startFrugal(nobody.url)).ask()).status).toBe(200);
  });

  test('an agent is not asked when there is nothing left for it', async () => {
    const worker = await startLead(inTurn(says('dug')), { name: 'ann' });
    const subAgents = NAMES.map((name) => ({ name, url: worker.url }));
    const lead = await startLead(inTurn(SPLIT, says('done')), { subAgents, maxTotalSteps: 2 });
    const reply = await lead.ask();
    expect([reply.status, worker.model.requests.length]).toEqual([200, 0]);
    expect(JSON.stringify(lead.model.requests[1]?.messages)).toContain('the request has no steps left');
  });
});

function startFrugal(url: string): Promise<Lead> {
  const subAgents = NAMES.map((name) => ({ name, url }));
  const limits = { maxTokens: 18 + 180, maxParallelToolCalls: 1 };
  return startLead(inTurn(SPLIT, says('done')), { subAgents, ...limits });
}

async function startLead(script: Script, settings: Partial<AgentSettings>): Promise<Lead> {
  return (await openLead(script, settings, { count })).agent;
}
