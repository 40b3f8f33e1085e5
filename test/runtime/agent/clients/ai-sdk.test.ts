import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { asksFor, BREAK_OFF, inTurn, says, type Script } from '../../../support/scripted-model';
import { chunk } from '../../../support/streamed-completion';
import { startTestTelemetry } from '../../../support/telemetry';
import { closeAll, openLead } from '../../../support/open-lead';

const telemetry = startTestTelemetry();

afterEach(closeAll);
afterAll(() => telemetry.close());

test('generates text', async () => {
  const { lead, model } = await startProvider(inTurn(asksFor(['gone', {}]), says('four')));
  const { text, usage, finishReason } = await generateText({
    model: lead,
    prompt: 'go',
    temperature: 0.2,
    maxOutputTokens: 9,
    seed: 3,
    stopSequences: ['END'],
  });
  expect({ text, finishReason }).toEqual({ text: 'four', finishReason: 'stop' });
  expect(usage).toMatchObject({ inputTokens: 22, outputTokens: 14, totalTokens: 36 });
  expect(model.requests[1]).toMatchObject({ temperature: 0.2, max_tokens: 9, seed: 3, stop: ['END'] });
});

test('streams text', async () => {
  const { lead } = await startProvider(inTurn(asksFor(['gone', {}]), says('four it is')));
  const { textStream, usage, finishReason } = streamText({ model: lead, prompt: 'go' });
  const deltas: string[] = [];
  for await (const delta of textStream) deltas.push(delta);
  expect(deltas).toEqual(['four', ' it', ' is']);
  expect(await finishReason).toBe('stop');
  expect(await usage).toMatchObject({ inputTokens: 22, outputTokens: 14 });
});

test.each(['generated', 'streamed'])('carries its own tools out: %s', async (how) => {
  const { lead } = await startProvider(({ messages }) => {
    const last = messages.at(-1);
    return last?.role === 'tool'
      ? says(`It is ${String(last.content)}.`)
      : asksFor(['weather', { place: 'Rome' }]);
  });
  const given: unknown[] = [];
  const weather = tool({
    description: 'The weather',
    inputSchema: z.object({ place: z.string() }),
    execute: (args) => (given.push(args), 'sunny'),
  });
  const options = { model: lead, prompt: 'go', tools: { weather }, stopWhen: stepCountIs(3) };
  const text = how === 'generated' ? (await generateText(options)).text : await streamText(options).text;
  expect(text).toBe('It is sunny.');
  expect(given).toEqual([{ place: 'Rome' }]);
});

test.each(['generated', 'streamed'])('gets what it asked for in a schema: %s', async (how) => {
  const { lead, model } = await startProvider(inTurn(says('{"sum": 4}')));
  const options = {
    model: lead,
    prompt: 'go',
    output: Output.object({ schema: z.object({ sum: z.number() }) }),
  };
  const output =
    how === 'generated' ? (await generateText(options)).output : await streamText(options).output;
  expect(output).toEqual({ sum: 4 });
  expect(model.requests[0]).toMatchObject({ response_format: { type: 'json_schema' } });
});

test('is told what went wrong before a stream begins', async () => {
  const { lead } = await startProvider(inTurn({ status: 500, body: 'x' }));
  const error = await errorIn(lead);
  expect(APICallError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ statusCode: 502, message: 'the model gateway answered 500' });
});

test('is told what went wrong in the middle of a stream', async () => {
  const { lead } = await startProvider(() => ({ events: [chunk({ content: 'well' }), BREAK_OFF] }));
  expect(JSON.stringify(await errorIn(lead))).toContain(
    'the model gateway broke off in the middle of its reply',
  );
});

async function startProvider(script: Script) {
  const { agent, model } = await openLead(script);
  const provider = createOpenAICompatible({
    name: 'kaos',
    baseURL: `${agent.url}/v1`,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  return { lead: provider('lead'), model };
}

type Model = Awaited<ReturnType<typeof startProvider>>['lead'];

async function errorIn(model: Model): Promise<unknown> {
  let found: unknown;
  const onError = ({ error }: { error: unknown }) => void (found = error);
  await streamText({ model, prompt: 'go', maxRetries: 0, onError }).consumeStream();
  return found;
}
