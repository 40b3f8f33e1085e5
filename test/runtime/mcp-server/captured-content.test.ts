import { z } from 'zod';
import { capturingTool } from '../../../runtime/mcp-server/captured-content';
import { runnableTool } from '../../../runtime/mcp-server/run-tool';
import { tool } from '../../../runtime/mcp-server/tool';
import { serveToolCall } from '../../../runtime/telemetry/mcp-operations';
import { buildLogger } from '../../../runtime/telemetry/log';
import { buildInstrumentation } from '../../../runtime/telemetry/with-span';
import { only } from '../../support/span-tree';
import { startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();
afterAll(() => telemetry.close());

test('the span of a call tells what the tool was given and what came of it', async () => {
  const input = z.object({ message: z.string() });
  const definition = tool({ description: 'Says it again', input, handler: ({ message }) => message });
  const log = buildLogger({ name: 'search', level: 'ERROR', export: true });
  const { withSpan } = buildInstrumentation('search', log);
  const echo = capturingTool(runnableTool({ name: 'echo', definition }, { log, withSpan }));
  const call = { tool: 'echo', requestId: '1', protocolVersion: undefined, continued: false, links: [] };
  await withSpan(serveToolCall(call), () => echo.run({ message: 'hi' }, new AbortController().signal));
  expect(only(telemetry.spans, 'tools/call echo').attributes).toMatchObject({
    'gen_ai.tool.call.arguments': '{"message":"hi"}',
    'gen_ai.tool.call.result': '[{"type":"text","text":"hi"}]',
  });
});
