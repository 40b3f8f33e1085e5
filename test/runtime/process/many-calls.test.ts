import { z } from 'zod';
import { agentConfigToEnv } from '../../../runtime/contract';
import { tool } from '../../../runtime/mcp-server/tool';
import { nobodyAt, postJson } from '../../support/http';
import { startToolServer } from '../../support/in-process';
import { type Bundles, bundleProcesses, ready, startProcess } from '../../support/real-process';
import { asksFor, says, startScriptedModel, toolResults } from '../../support/scripted-model';
import { startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry(); // keeps the lines of the tool server off stdout
let bundles: Bundles;

beforeAll(() => {
  bundles = bundleProcesses();
});
afterAll(async () => {
  bundles.remove();
  await telemetry.close();
});

test('hundreds of tool calls in one request leave no listeners behind, of which Node would warn', async () => {
  const echo = tool({ description: 'Echo', input: z.object({ n: z.number() }), handler: ({ n }) => n });
  const search = await startToolServer('search', { echo });
  const turn = asksFor(...Array.from({ length: 20 }, (_, n) => ['echo', { n }] as const));
  const model = await startScriptedModel((_request, index) => (index < 10 ? turn : says('done')));
  const { port } = await nobodyAt();
  const agent = startProcess(
    bundles.agent,
    agentConfigToEnv({
      name: 'lead',
      host: '127.0.0.1',
      port,
      modelUrl: model.url,
      model: 'gpt-4o',
      maxSteps: 11,
      mcpServers: [{ name: 'search', url: search.url }],
    }),
  );
  const url = `http://127.0.0.1:${port}`;
  await ready(url);
  const reply = await postJson(`${url}/v1/chat/completions`, { messages: [{ role: 'user', content: 'go' }] });
  expect(reply.status).toBe(200);
  expect(toolResults(model.requests[10])).toHaveLength(200);
  agent.kill('SIGTERM');
  expect([await agent.exit, await agent.stderr]).toEqual([0, '']);
  await Promise.all([search.close(), model.close()]);
});
