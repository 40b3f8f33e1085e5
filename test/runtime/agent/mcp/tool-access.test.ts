import { z } from 'zod';
import { type PeerServer } from '../../../../runtime/contract';
import { tool } from '../../../../runtime/mcp-server/tool';
import { startToolServer } from '../../../support/in-process';
import { type Lead } from '../../../support/lead';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, type Script, toolResults } from '../../../support/scripted-model';
import { startScriptedMCP } from '../../../support/scripted-mcp';
import { only } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const named = (says: string) => tool({ description: says, input: z.object({}), handler: () => says });
const TOOLS = { read: named('reads'), wipe: named('wipes') };

test('the model is told of the tools that the agent may use, and so is the card', async () => {
  const lead = await leadWith(inTurn(says('done')), { tools: ['read'] });
  await lead.ask();
  expect(lead.model.requests[0]?.tools?.map((offer) => offer.function.name)).toEqual(['read']);
  const reply = await fetch(`${lead.url}/.well-known/agent-card.json`);
  const card = (await reply.json()) as { skills: { id: string }[] };
  expect(card.skills.map(({ id }) => id)).toEqual(['lead', 'read']);
});

test('a tool that the agent may not use is not called, though the model makes its name up', async () => {
  const lead = await leadWith(inTurn(asksFor(['wipe', {}]), says('done')), { tools: ['read'] });
  expect((await lead.ask()).status).toBe(200);
  expect(toolResults(lead.model.requests[1])).toEqual(['Error: there is no tool "wipe"; call one of: read']);
  expect(only(telemetry.spans, 'tool.unknown').attributes['kaos.requested_name']).toBe('wipe');
  expect(telemetry.spans.map(({ name }) => name)).not.toContain('tools/call wipe');
});

test('an agent that may use no tool has none', async () => {
  const lead = await leadWith(inTurn(says('done')), { tools: [] });
  await lead.ask();
  expect(lead.model.requests[0]?.tools).toBeUndefined();
});

test('a tool that the server does not offer is said once in the log, and in what /ready tells', async () => {
  const lead = await leadWith(inTurn(says('a'), says('b')), { tools: ['read', 'gone'] });
  await lead.ask();
  await lead.ask();
  const said = telemetry.logs.filter(({ severityText }) => severityText === 'WARN').map(({ body }) => body);
  expect(said).toEqual(['MCP server "search" does not offer the tool "gone", which the agent may use']);
  const ready = await fetch(`${lead.url}/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([200, { missingTools: ['search/gone'] }]);
});

test('a server has a time-out of its own', async () => {
  const silent = await startScriptedMCP({ 'tools/call': () => new Promise(() => undefined) });
  open.push(silent);
  const server = { name: 'search', url: silent.url, timeoutMs: 50 };
  const lead = await openLead(inTurn(asksFor(['look', {}]), says('done')), { mcpServers: [server] });
  await lead.ask();
  expect(toolResults(lead.model.requests[1])).toEqual(['Error: tool "look" could not be called']);
});

async function leadWith(script: Script, server: Partial<PeerServer>): Promise<Lead> {
  const search = await startToolServer('search', TOOLS);
  const mcpServers = [{ name: 'search', url: search.url, ...server }];
  open.push(search);
  return (await openLead(script, { mcpServers })).agent;
}
