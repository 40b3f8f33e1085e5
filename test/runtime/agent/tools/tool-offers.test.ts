import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { nobodyAt } from '../../../support/http';
import { startToolServer } from '../../../support/in-process';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, type Script, toolResults } from '../../../support/scripted-model';
import { only } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const shout = tool({
  description: 'Says it louder',
  input: z.object({ text: z.string() }),
  handler: ({ text }) => text.toUpperCase(),
});

test('a tool server that is down offers nothing, and the answer still comes', async () => {
  const { model, reply } = await ask(inTurn(says('without tools')), [
    { name: 'down', url: (await nobodyAt()).url },
    await toolServer('search', { shout }),
  ]);
  expect(reply.body.choices[0].message.content).toBe('without tools');
  expect(model.requests[0]?.tools?.map((offer) => offer.function.name)).toEqual(['shout']);
});

test('tools of one name on two servers are told apart by their servers', async () => {
  const left = await toolServer('left', { shout });
  const right = await toolServer('right', { shout: { ...shout, handler: () => 'right' } });
  const { model } = await ask(inTurn(asksFor(['right_shout', { text: 'a' }]), says('done')), [left, right]);
  expect(model.requests[0]?.tools?.map((offer) => offer.function.name)).toEqual([
    'left_shout',
    'right_shout',
  ]);
  expect(toolResults(model.requests[1])).toEqual(['right']);
  expect(only(telemetry.spans, 'mcp.tool.shout').attributes['mcp.server']).toBe('right');
});

type NamedServer = { readonly name: string; readonly url: string };

async function toolServer(name: string, tools: Parameters<typeof startToolServer>[1]): Promise<NamedServer> {
  const server = await startToolServer(name, tools);
  open.push(server);
  return { name, url: server.url };
}

async function ask(script: Script, mcpServers: readonly NamedServer[]) {
  const { model, ask } = await openLead(script, { mcpServers });
  return { model, reply: await ask() };
}
