import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { closeAll, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, toolResults } from '../../../support/scripted-model';
import { only } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

afterEach(closeAll);
afterAll(() => telemetry.close());

test('a tool that does not answer in time has not answered, and the model is told so', async () => {
  const hang = tool({
    description: 'Hangs',
    input: z.object({}),
    handler: () => new Promise(() => undefined),
  });
  const script = inTurn(asksFor(['hang', {}]), says('sorry'));
  const { model, ask } = await openLead(script, { toolTimeoutMs: 200 }, { hang });
  expect((await ask()).status).toBe(200);
  expect(toolResults(model.requests[1])).toEqual(['Error: tool "hang" could not be called']);
  expect(only(telemetry.spans, 'tool.hang').attributes['error.type']).toBe('tool_unavailable');
});
