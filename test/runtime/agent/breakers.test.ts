import { z } from 'zod';
import { type AgentSettings } from '../../../runtime/contract';
import { tool } from '../../../runtime/mcp-server/tool';
import { getJson, type Listening, listenHttp, nobodyAt, until } from '../../support/http';
import { startAgent, startToolServer } from '../../support/in-process';
import { closeAll, open, openLead } from '../../support/open-lead';
import {
  asksFor,
  inTurn,
  type ModelRequest,
  says,
  type Script,
  toolResults,
} from '../../support/scripted-model';
import { pointsOf, startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const shout = tool({
  description: 'Says it louder',
  input: z.object({ text: z.string() }),
  handler: ({ text }) => text.toUpperCase(),
});

describe('a tool server that is down', () => {
  test('is named unavailable to the model', async () => {
    const { model, ask } = await start(inTurn(says('x')), await downServer());
    await ask();
    expect(system(model.requests[0])).toBe(
      'Be brief.\n\nUnavailable at the moment, with all that they could do: MCP server "down".',
    );
  });

  test('is tried by nobody’s request after the third, until it is back', async () => {
    const down = await nobodyAt();
    const { model, agent, ask } = await start(inTurn(says('x')), {
      mcpServers: [{ name: 'down', url: down.url }],
    });
    for (let times = 1; times <= 3; times++) await ask();
    expect((await getJson(`${agent.url}/ready`)).body).toMatchObject({
      status: 'ready',
      unavailable: ['MCP server "down"'],
    });
    await ask();
    const warnings = telemetry.logs.filter(({ body }) => String(body).endsWith('its tools are not offered'));
    expect(warnings).toHaveLength(3);

    open.push(await startToolServer('down', { shout }, down.port));
    await available(agent);
    await ask();
    const last = model.requests.at(-1);
    expect([system(last), offered(last)]).toEqual(['Be brief.', ['shout']]);
    expect(telemetry.logs.at(-1)?.body).not.toContain('unavailable');
    expect(await stateChanges()).toEqual(changes('mcp_server', 'down'));
  });

  test('costs nothing to tools of others', async () => {
    const up = await startToolServer('up', { shout });
    open.push(up);
    const { mcpServers } = await downServer();
    const { model, ask } = await start(inTurn(asksFor(['shout', { text: 'a' }]), says('x')), {
      mcpServers: [...mcpServers, { name: 'up', url: up.url }],
    });
    await ask();
    expect(toolResults(model.requests[1])).toEqual(['A']);
  });
});

test('a tool server that takes connections and never answers holds nobody up', async () => {
  let connections = 0;
  const silent = await listenHttp(() => void connections++);
  open.push(silent);
  const { model, agent, ask } = await start(inTurn(says('x')), {
    mcpServers: [{ name: 'silent', url: silent.url }],
  });
  await Promise.all([ask(), ask(), ask()]);
  expect((await getJson(`${agent.url}/ready`)).body.unavailable).toEqual(['MCP server "silent"']);
  expect(model.requests.map(offered)).toEqual([[], [], []]);
  expect(connections).toBe(1);
});

test('a tool that answers with errors does not make its server unavailable', async () => {
  const fails = tool({ ...shout, handler: () => Promise.reject(new Error('no')) });
  const server = await startToolServer('tools', { fails });
  open.push(server);
  const turns = [1, 2, 3, 4].map(() => asksFor(['fails', { text: 'a' }]));
  const { agent, ask } = await start(inTurn(...turns, says('x')), {
    mcpServers: [{ name: 'tools', url: server.url }],
  });
  await ask();
  expect((await getJson(`${agent.url}/ready`)).body.unavailable).toBeUndefined();
});

describe('a sub-agent that is down', () => {
  test('is neither offered nor called after the third time, until it is back', async () => {
    const down = await nobodyAt();
    const task = asksFor(['delegate_to_worker', { task: 'dig' }]);
    const { model, agent, ask } = await start(inTurn(task, task, task, says('x')), {
      subAgents: [{ name: 'worker', url: down.url }],
    });
    await ask();
    await ask();
    const last = model.requests.at(-1);
    expect(offered(last)).toEqual([]);
    expect(system(last)).toContain('agent "worker"');

    open.push(await startAgent({ name: 'worker', modelUrl: model.url, model: 'm' }, down.port));
    await available(agent);
    await ask();
    expect(offered(model.requests.at(-1))).toEqual(['delegate_to_worker']);
    expect(await stateChanges()).toEqual(changes('agent', 'worker'));
  });

  test('that hangs costs nothing to requests that have no task for it', async () => {
    const silent = await listenHttp(() => undefined);
    open.push(silent);
    const settings = { subAgents: [{ name: 'worker', url: silent.url }], requestTimeoutMs: 2_000 };
    const { agent, ask } = await start(inTurn(says('x')), settings);
    const replies = await Promise.all([ask(), ask(), ask()]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await getJson(`${agent.url}/ready`)).body.unavailable).toEqual(['agent "worker"']);
  });

  test('that takes tasks and never answers is unavailable once it cost three requests their time', async () => {
    const hangs = await listenHttp((request, response) => {
      if (request.url === '/.well-known/agent.json') response.end('{"description":"Digs"}');
    });
    open.push(hangs);
    const { model, agent, ask } = await start(inTurn(asksFor(['delegate_to_worker', { task: 'dig' }])), {
      subAgents: [{ name: 'worker', url: hangs.url }],
      requestTimeoutMs: 1_500,
    });
    const replies = await Promise.all([ask(), ask(), ask()]);
    expect(replies.map(({ status }) => status)).toEqual([504, 504, 504]);
    expect((await getJson(`${agent.url}/ready`)).body.unavailable).toEqual(['agent "worker"']);
    expect(offered(model.requests[0])).toEqual(['delegate_to_worker']);
  });

  test('that was given next to no time by those who ask stays available', async () => {
    const hangs = await listenHttp((request, response) => {
      if (request.url === '/.well-known/agent.json') response.end('{"description":"Digs"}');
    });
    open.push(hangs);
    const { agent, ask } = await start(inTurn(asksFor(['delegate_to_worker', { task: 'dig' }])), {
      subAgents: [{ name: 'worker', url: hangs.url }],
    });
    const hurried = () => ask('go', { 'x-kaos-timeout-ms': '100' });
    const replies = await Promise.all([hurried(), hurried(), hurried(), hurried()]);
    expect(replies.map(({ status }) => status)).toEqual([504, 504, 504, 504]);
    expect((await getJson(`${agent.url}/ready`)).body.unavailable).toBeUndefined();
  });
});

function system(request: ModelRequest | undefined): unknown {
  return request?.messages[0]?.content;
}

function offered(request: ModelRequest | undefined): string[] {
  return (request?.tools ?? []).map((offer) => offer.function.name);
}

/** Times that each peer changed, as the metric has it. */
async function stateChanges(): Promise<object[]> {
  const points = pointsOf(await telemetry.metric('kaos.peer.state_changes'));
  return points.map(({ labels, value }) => ({ ...labels, value }));
}

function changes(kind: string, peer: string): object[] {
  const labels = { 'agent.name': 'lead', kind, peer };
  return ['unavailable', 'available'].map((state) => ({ ...labels, state, value: 1 }));
}

async function downServer() {
  return { mcpServers: [{ name: 'down', url: (await nobodyAt()).url }] };
}

async function available(agent: Listening): Promise<void> {
  await until(async () => (await getJson(`${agent.url}/ready`)).body.unavailable === undefined);
}

function start(script: Script, settings: Partial<AgentSettings>) {
  return openLead(script, { instructions: 'Be brief.', ...settings });
}
