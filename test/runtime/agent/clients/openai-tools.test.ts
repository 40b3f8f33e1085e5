import { BadRequestError } from 'openai';
import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { startToolServer } from '../../../support/in-process';
import { closeAll, open } from '../../../support/open-lead';
import { asksFor, inTurn, says, type Script, toolResults } from '../../../support/scripted-model';
import { startTestTelemetry } from '../../../support/telemetry';
import { failureOf, startClient } from './openai-client';

const telemetry = startTestTelemetry();

afterEach(closeAll);
afterAll(() => telemetry.close());

const ASKED = { model: 'lead', messages: [{ role: 'user' as const, content: 'go' }] };

describe('tools of the client', () => {
  const weather = {
    type: 'function' as const,
    function: {
      name: 'weather',
      description: 'The weather',
      strict: true,
      parameters: { type: 'object', properties: { place: { type: 'string' } } },
    },
  };
  /** Looks by itself, asks the client for the weather, and sums up. */
  const script: Script = ({ messages }) => {
    const last = messages.at(-1);
    if (last?.role === 'user') return asksFor(['look', {}]);
    return last?.content === 'seen'
      ? asksFor(['weather', { place: 'Rome' }])
      : says(`It is ${String(last?.content)}.`);
  };

  test.each(['whole', 'streamed'])(
    'are carried out by the client, beside those of the agent: %s',
    async (how) => {
      const { client, model } = await startClient(script, await withLook());
      const given: unknown[] = [];
      const tools = [
        {
          type: 'function' as const,
          function: {
            ...weather.function,
            parse: JSON.parse,
            function: (args: unknown) => (given.push(args), 'sunny'),
          },
        },
      ];
      const runner =
        how === 'whole'
          ? client.chat.completions.runTools({ ...ASKED, tools })
          : client.chat.completions.runTools({ ...ASKED, tools, stream: true });
      expect(await runner.finalContent()).toBe('It is sunny.');
      expect(given).toEqual([{ place: 'Rome' }]);
      expect(model.requests[0]?.tools?.map(({ function: { name } }) => name)).toEqual(['look', 'weather']);
      expect(model.requests[0]?.tools?.[1]).toMatchObject({ function: { strict: true } });
    },
  );

  test('end the reply when the model calls one', async () => {
    const { client } = await startClient(inTurn(asksFor(['weather', { place: 'Rome' }])));
    const { choices, usage } = await client.chat.completions.create({ ...ASKED, tools: [weather] });
    expect(choices).toMatchObject([
      {
        finish_reason: 'tool_calls',
        message: {
          content: null,
          tool_calls: [
            { id: 'call_0', type: 'function', function: { name: 'weather', arguments: '{"place":"Rome"}' } },
          ],
        },
      },
    ]);
    expect(usage?.total_tokens).toBe(18);
  });

  test('called together with the agent’s come first, and the agent’s wait', async () => {
    const settings = await withLook();
    const { client, model } = await startClient(
      inTurn(asksFor(['look', {}], ['weather', { place: 'Rome' }]), says('sunny')),
      settings,
    );
    const { choices } = await client.chat.completions.create({ ...ASKED, tools: [weather] });
    expect(choices[0]?.message.tool_calls?.map(({ id }) => id)).toEqual(['call_1']);
    expect(model.requests).toHaveLength(1);
  });

  test('keep their names: the agent’s own are called otherwise', async () => {
    const settings = await withLook();
    const { client, model } = await startClient(inTurn(asksFor(['search_look', {}]), says('done')), settings);
    const look = { ...weather, function: { ...weather.function, name: 'look' } };
    await client.chat.completions.create({ ...ASKED, tools: [look] });
    expect(model.requests[0]?.tools?.map(({ function: { name } }) => name)).toEqual(['search_look', 'look']);
    expect(toolResults(model.requests[1])).toEqual(['seen']);
  });

  test('that must be called must be called once', async () => {
    const { client, model } = await startClient(
      inTurn(asksFor(['look', {}]), says('done')),
      await withLook(),
    );
    await client.chat.completions.create({ ...ASKED, tools: [weather], tool_choice: 'required' });
    expect(model.requests[0]).toMatchObject({ tool_choice: 'required' });
    expect(model.requests[1]).not.toHaveProperty('tool_choice');
  });

  test('may be none', async () => {
    const { client, model } = await startClient(inTurn(says('done')), await withLook());
    await client.chat.completions.create({ ...ASKED, tool_choice: 'none' });
    expect(model.requests[0]).toMatchObject({ tool_choice: 'none' });
  });

  test('that nobody has cannot be demanded', async () => {
    const { client } = await startClient(inTurn(says('done')), await withLook());
    const tool_choice = { type: 'function' as const, function: { name: 'gone' } };
    const error = await failureOf(client.chat.completions.create({ ...ASKED, tool_choice }));
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ param: 'tool_choice.function.name' });
  });
});

/** An agent's settings with a tool `look`. */
async function withLook() {
  const look = tool({ description: 'Looks', input: z.object({}), handler: () => 'seen' });
  const search = await startToolServer('search', { look });
  open.push(search);
  return { mcpServers: [{ name: 'search', url: search.url }] };
}
