import fc from 'fast-check';
import { text } from 'node:stream/consumers';
import { batchOf, json, throwAll, value, word } from '../../support/fuzz';
import { fuzzedAgents } from '../../support/fuzzed-agents';
import { listenHttp } from '../../support/http';
import { startAgent } from '../../support/in-process';
import { QUESTION } from '../../support/open-lead';
import {
  asksFor,
  says,
  type ScriptedEvent,
  type ScriptedReply,
  startScriptedModel,
} from '../../support/scripted-model';

const { open, scripted, agentOf, post } = fuzzedAgents();

test('whatever a tool server says, the model gets to answer', async () => {
  let outcomes: readonly Readonly<Record<string, unknown>>[] = [];
  const server = await listenHttp((incoming, response) => {
    void text(incoming).then((sent) => {
      const { id, method } = parse(sent) as { id?: unknown; method?: string };
      const number = Number(incoming.url?.split('/')[1]);
      const [status, type, body] = (outcomes[number]?.[method ?? ''] ?? usual(id, method)) as Outcome;
      response
        .writeHead(status, { 'content-type': type })
        .end(body.replace('"$id"', JSON.stringify(id ?? null)));
    });
  });
  const model = await startScriptedModel(({ messages, tools = [] }) => {
    const tool = tools[0]?.function.name;
    return tool === undefined || messages.some(({ role }) => role === 'tool')
      ? says('ok')
      : asksFor([tool, {}]);
  });
  open.push(server, model);
  const reply = (result: fc.Arbitrary<unknown>) =>
    fc.tuple(
      fc.oneof(
        { weight: 8, arbitrary: fc.constant(200) },
        { weight: 1, arbitrary: fc.constantFrom(202, 204, 301, 400, 401, 404, 500, 503) },
      ),
      fc.constantFrom('application/json', 'application/json', 'text/event-stream', 'text/html'),
      fc.oneof(
        {
          weight: 6,
          arbitrary: result.map((any) => JSON.stringify({ jsonrpc: '2.0', id: '$id', result: any })),
        },
        {
          weight: 1,
          arbitrary: fc
            .record({ jsonrpc: fc.constant('2.0'), id: value, error: value })
            .map((any) => JSON.stringify(any)),
        },
        { weight: 1, arbitrary: word },
      ),
    );
  const tools = fc.record({
    tools: fc.oneof(
      value,
      fc.array(
        fc.record({
          name: word,
          description: value,
          inputSchema: fc.oneof(value, fc.constant({ type: 'object' })),
        }),
      ),
    ),
  });
  const content = fc.record(
    {
      content: fc.oneof(
        value,
        fc.array(
          fc.record({ type: fc.constantFrom('text', 'image', 'resource', 'x'), text: value, data: value }),
        ),
      ),
      isError: value,
      structuredContent: value,
    },
    { requiredKeys: [] },
  );
  const script = fc.record(
    { initialize: reply(value), 'tools/list': reply(tools), 'tools/call': reply(content) },
    { requiredKeys: [] },
  );
  await throwAll(
    fc.asyncProperty(batchOf(script), async (all) => {
      outcomes = all;
      // Each by an agent of its own: what is remembered of a server is not what is tried here.
      const ask = (_script: unknown, index: number) => askWithTools(model.url, `${server.url}/${index}`);
      expect(new Set(await Promise.all(all.map(ask)))).toEqual(new Set([200]));
    }),
  );
});

test('whatever the model says, it is an answer, or the model’s failure', async () => {
  let replies: readonly ScriptedReply[] = [];
  const model = await scripted(({ messages }) => replies[Number(messages[1]?.content)] ?? {});
  const agent = await agentOf(model.url);
  const url = `${agent.url}/v1/chat/completions`;
  const call = fc.record(
    {
      id: value,
      index: value,
      type: value,
      function: fc.oneof(value, fc.record({ name: value, arguments: value }, { requiredKeys: [] })),
    },
    { requiredKeys: [] },
  );
  const said = fc.record(
    { role: value, content: value, tool_calls: fc.oneof(value, fc.array(call)) },
    { requiredKeys: [] },
  );
  const choice = fc.record(
    { index: value, finish_reason: value, message: said, delta: said },
    { requiredKeys: [] },
  );
  const completion = fc.record(
    {
      id: value,
      model: value,
      choices: fc.oneof({ weight: 4, arbitrary: fc.array(choice) }, { weight: 1, arbitrary: value }),
      usage: value,
      error: value,
    },
    { requiredKeys: ['choices'] },
  );
  const whole = fc.record({
    status: fc.constantFrom(200, 200, 200, 204, 301, 400, 429, 500),
    body: fc.oneof(completion, json, word),
    whole: fc.constant(true as const),
  });
  const event: fc.Arbitrary<ScriptedEvent> = fc.oneof(
    { weight: 4, arbitrary: completion },
    { weight: 1, arbitrary: word },
    { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: word.map((any) => `data: ${any}\n\n`) },
  );
  const reply: fc.Arbitrary<ScriptedReply> = fc.oneof(
    whole,
    fc.record({ events: fc.array(event, { maxLength: 5 }) }),
  );
  await throwAll(
    fc.asyncProperty(batchOf(reply), fc.boolean(), async (all, stream) => {
      replies = all;
      const ask = (_reply: unknown, index: number) =>
        post(url, { messages: [{ role: 'user', content: String(index) }], stream });
      // 400: it refuses the request. 422: it called tools that nobody has until its steps were used up.
      for (const { status } of await Promise.all(all.map(ask)))
        expect([200, 400, 422, 502]).toContain(status);
    }),
  );
});

async function askWithTools(modelUrl: string, url: string): Promise<number> {
  // What is no answer to a call is waited for as long as a call may take.
  const agent = await startAgent({
    name: 'lead',
    modelUrl,
    model: 'm',
    mcpServers: [{ name: 's', url }],
    toolTimeoutMs: 300,
  });
  const reply = await post(`${agent.url}/v1/chat/completions`, QUESTION).finally(() => agent.close());
  return reply.status;
}

type Outcome = readonly [status: number, type: string, body: string];

function usual(id: unknown, method: string | undefined): Outcome {
  if (id === undefined) return [202, 'application/json', ''];
  const serverInfo = { name: 's', version: '1' };
  const results: Readonly<Record<string, object>> = {
    initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo },
    'tools/list': { tools: [{ name: 'look', inputSchema: { type: 'object' } }] },
  };
  return [
    200,
    'application/json',
    JSON.stringify({ jsonrpc: '2.0', id, result: results[method ?? ''] ?? { content: [] } }),
  ];
}

function parse(sent: string): unknown {
  return sent === '' ? {} : JSON.parse(sent);
}
