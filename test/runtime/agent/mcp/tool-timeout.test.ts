import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { type Listening, postJson } from '../../../support/http';
import { startAgent, startToolServer } from '../../../support/in-process';
import { asksFor, inTurn, says, startScriptedModel, toolResults } from '../../../support/scripted-model';
import { only } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();
const open: Listening[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => telemetry.close());

test('a tool that does not answer in time has not answered, and the model is told so', async () => {
  const hang = tool({
    description: 'Hangs',
    input: z.object({}),
    handler: () => new Promise(() => undefined),
  });
  const search = await startToolServer('search', { hang });
  const model = await startScriptedModel(inTurn(asksFor(['hang', {}]), says('sorry')));
  const agent = await startAgent({
    name: 'lead',
    modelUrl: model.url,
    model: 'gpt-4o',
    mcpServers: [{ name: 'search', url: search.url }],
    toolTimeoutMs: 200,
  });
  open.push(agent, model, search);
  const reply = await postJson(`${agent.url}/v1/chat/completions`, {
    messages: [{ role: 'user', content: 'go' }],
  });
  expect(reply.status).toBe(200);
  expect(toolResults(model.requests[1])).toEqual(['Error: tool "hang" could not be called']);
  expect(only(telemetry.spans, 'tool.hang').attributes['error.type']).toBe('tool_unavailable');
});
