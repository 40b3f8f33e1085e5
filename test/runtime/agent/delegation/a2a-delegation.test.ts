import { z } from 'zod';
import { type AgentSettings } from '../../../../runtime/contract';
import { tool } from '../../../../runtime/mcp-server/tool';
import { type Listening, signalled, until } from '../../../support/http';
import { startToolServer } from '../../../support/in-process';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { type AgentRequest, startScriptedAgent } from '../../../support/scripted-agent';
import { asksFor, inTurn, says, type Script, toolResults } from '../../../support/scripted-model';
import { spanTree } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const DIG = asksFor(['delegate_to_worker', { task: 'dig' }]);

describe('an agent of ours that is delegated to by A2A', () => {
  test('takes the task with a key, on the same trace', async () => {
    const { agent: worker, model: workerModel } = await openWorker(inTurn(says('dug')), {
      apiKeys: ['not-a-key'],
    });
    const { lead, told } = await leadOf(worker, { apiKey: 'not-a-key' });
    expect((await lead.ask()).status).toBe(200);
    expect(told()).toEqual(['dug']);
    expect(workerModel.requests[0]?.messages.at(-1)).toEqual({ role: 'user', content: 'dig' });
    expect(spanTree(telemetry.spans)).toEqual([
      'agent.agentic_loop INTERNAL OK',
      '  agent.step.1 INTERNAL OK',
      '    delegate.worker CLIENT OK',
      '      agent.agentic_loop INTERNAL OK',
      '        agent.step.1 INTERNAL OK',
      '          model.inference CLIENT OK',
      '    model.inference CLIENT OK',
      '  agent.step.2 INTERNAL OK',
      '    model.inference CLIENT OK',
    ]);
  });

  test('refuses it without a key', async () => {
    const { agent: worker } = await openWorker(inTurn(says('dug')), { apiKeys: ['not-a-key'] });
    const { lead, told } = await leadOf(worker, {});
    await lead.ask();
    expect(told()).toEqual(['Error: agent "worker" failed with status 401']);
  });

  test('refuses it when it came through too many', async () => {
    const { agent: worker, model } = await openWorker(inTurn(says('dug')), { maxDelegationDepth: 1 });
    const { lead, told } = await leadOf(worker, {});
    await lead.ask('go', { 'x-kaos-ancestors': 'boss' });
    expect(told()).toEqual([
      'Error: the task of agent "worker" is rejected: Delegated deeper than 1: boss > lead > worker',
    ]);
    expect(model.requests).toEqual([]);
  });

  test('refuses it when it comes back to it, unless somebody means it to', async () => {
    const { agent: worker, model } = await openWorker(inTurn(says('dug')));
    const { lead, told } = await leadOf(worker, {});
    await lead.ask('go', { 'x-kaos-ancestors': 'worker' });
    expect(told()).toEqual([
      'Error: the task of agent "worker" is rejected: Delegated in a circle: worker > lead > worker',
    ]);
    expect(model.requests).toEqual([]);
    const meaning = await leadOf(worker, {});
    await meaning.lead.ask('go', { 'x-kaos-ancestors': 'worker', 'x-kaos-allow-cycle': 'true' });
    expect(meaning.told()).toEqual(['dug']);
  });

  test('has no more time than is left of the request', async () => {
    const { agent: worker } = await openWorker(() => new Promise(() => undefined));
    const { lead } = await leadOf(worker, {});
    const { status, body } = await lead.ask('go', { 'x-kaos-timeout-ms': '300' });
    expect([status, body.error.code]).toEqual([504, 'deadline_exceeded']);
    await until(() => telemetry.spans.filter(({ name }) => name === 'agent.agentic_loop').length === 2);
  });

  test('stops when the client of its caller hangs up', async () => {
    const asked = signalled();
    const { agent: worker, model } = await openWorker(() => {
      asked.happen();
      return new Promise(() => undefined);
    });
    const { lead } = await leadOf(worker, {});
    const client = new AbortController();
    const reply = lead.ask('go', {}, client.signal);
    await asked.happened;
    client.abort();
    await expect(reply).rejects.toThrow('This operation was aborted');
    await model.hungUp;
  });

  test('tells that it waits for a person, whom no model can stand in for', async () => {
    const wipe = tool({ description: 'Wipes', input: z.object({}), handler: () => 'wiped' });
    const files = await startToolServer('files', { wipe });
    const { agent: worker } = await openWorker(inTurn(asksFor(['wipe', {}]), says('done')), {
      mcpServers: [{ name: 'files', url: files.url }],
      toolApproval: ['wipe'],
    });
    open.push(files);
    const { lead, told } = await leadOf(worker, {});
    await lead.ask();
    expect(told()).toEqual([
      'Error: the task of agent "worker" is input-required: Waiting for approval:\n- wipe {}\nAnswer "approve" or "deny".',
    ]);
  });
});

describe('an agent of somebody else', () => {
  const card = ({ headers: { host } }: AgentRequest) => ({
    name: 'Digger',
    description: 'Digs.',
    supportedInterfaces: [
      { url: 'grpc.example.com:443', protocolBinding: 'GRPC', protocolVersion: '1.0' },
      { url: `http://${host}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
    ],
  });

  test('that speaks nothing but 1.0 takes a task, and learns nothing of who delegates', async () => {
    const parts = [{ text: 'dug' }];
    const worker = await startScriptedAgent({
      '/.well-known/agent-card.json': card,
      '/rpc': ({ body: { id } }: AgentRequest) => ({
        jsonrpc: '2.0',
        id,
        result: { message: { messageId: '1', role: 'ROLE_AGENT', parts } },
      }),
    });
    const { lead, told } = await leadOf(worker, {});
    await lead.ask();
    expect(told()).toEqual(['dug']);
    expect(worker.requests).toMatchObject([
      { body: { method: 'SendMessage' }, headers: { 'a2a-version': '1.0' } },
    ]);
    expect(Object.keys(worker.requests[0]?.headers ?? {})).not.toContain('x-kaos-ancestors');
    open.push(worker);
  });

  test('is told to stop a task that nobody waits for any more', async () => {
    const looked = signalled();
    const canceled = signalled<unknown>();
    const working = { id: 't', contextId: 'c', status: { state: 'TASK_STATE_WORKING' } };
    const worker = await startScriptedAgent({
      '/.well-known/agent-card.json': card,
      '/rpc': ({ body: { id, method, params } }: AgentRequest) => {
        if (method === 'GetTask') looked.happen();
        if (method === 'CancelTask') canceled.happen(params);
        return { jsonrpc: '2.0', id, result: method === 'SendMessage' ? { task: working } : working };
      },
    });
    const { lead } = await leadOf(worker, {});
    open.push(worker);
    const client = new AbortController();
    const reply = lead.ask('go', {}, client.signal);
    await looked.happened;
    client.abort();
    await expect(reply).rejects.toThrow('This operation was aborted');
    expect(await canceled.happened).toMatchObject({ id: 't' });
  });
});

function openWorker(script: Script, settings: Partial<AgentSettings> = {}) {
  return openLead(script, { name: 'worker', ...settings });
}

async function leadOf(worker: Listening, peer: { readonly apiKey?: string }) {
  const subAgents = [{ name: 'worker', url: worker.url, protocol: 'a2a' as const, ...peer }];
  const { agent: lead, model } = await openLead(inTurn(DIG, says('done')), { subAgents });
  return { lead, told: () => toolResults(model.requests[1]) };
}
