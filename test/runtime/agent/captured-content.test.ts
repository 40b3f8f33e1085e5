import { z } from 'zod';
import { tool } from '../../../runtime/mcp-server/tool';
import { type Listening, postJson } from '../../support/http';
import { startAgent, startToolServer } from '../../support/in-process';
import { asksFor, inTurn, says, type ScriptedModel, startScriptedModel } from '../../support/scripted-model';
import { only } from '../../support/span-tree';
import { startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();
let model: ScriptedModel, search: Listening, lead: Listening;

/** The model asks a tool and answers. */
beforeAll(async () => {
  model = await startScriptedModel(inTurn(asksFor(['echo', { message: 'hi' }]), says('done')));
  const echo = tool({
    description: 'Says it again',
    input: z.object({ message: z.string() }),
    handler: ({ message }) => `Echo: ${message}`,
  });
  search = await startToolServer('search', { echo });
  lead = await startAgent(
    {
      name: 'lead',
      instructions: 'Be brief.',
      modelUrl: model.url,
      model: 'gpt-4o',
      mcpServers: [{ name: 'search', url: search.url }],
    },
    0,
    true,
  );
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
  const content = [{ type: 'text', text: 'What is this?' }, picture];
  await postJson(`${lead.url}/v1/chat/completions`, { messages: [{ role: 'user', content }] });
});

afterAll(async () => {
  await Promise.all([lead, search, model].map((server) => server.close()));
  await telemetry.close();
});

function inferences(): Record<string, unknown>[] {
  const spans = telemetry.spans.filter(({ name }) => name === 'model.inference');
  return spans.map(({ attributes }) =>
    Object.fromEntries(
      Object.entries(attributes).flatMap(([name, value]) =>
        /messages|instructions/.test(name) ? [[name, JSON.parse(String(value))]] : [],
      ),
    ),
  );
}

const QUESTION = { role: 'user', parts: [{ type: 'text', content: 'What is this?' }, { type: 'image_url' }] };
const CALL = {
  role: 'assistant',
  parts: [{ type: 'tool_call', id: 'call_0', name: 'echo', arguments: '{"message":"hi"}' }],
};

test('the span of a model call tells what was asked and answered', () => {
  const [first, second] = inferences();
  expect(first).toEqual({
    'gen_ai.system_instructions': [{ type: 'text', content: 'Be brief.' }],
    'gen_ai.input.messages': [QUESTION],
    'gen_ai.output.messages': [{ ...CALL, finish_reason: 'tool_calls' }],
  });
  const response = [{ type: 'text', content: 'Echo: hi' }];
  expect(second).toMatchObject({
    'gen_ai.input.messages': [
      QUESTION,
      CALL,
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_0', response }] },
    ],
    'gen_ai.output.messages': [
      { role: 'assistant', parts: [{ type: 'text', content: 'done' }], finish_reason: 'stop' },
    ],
  });
});

test('the span of a tool call tells what was given and what came of it', () => {
  expect(only(telemetry.spans, 'tool.echo').attributes).toMatchObject({
    'gen_ai.tool.call.arguments': '{"message":"hi"}',
    'gen_ai.tool.call.result': 'Echo: hi',
  });
});
