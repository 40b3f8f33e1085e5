import { type AgentSettings } from '../../../runtime/contract';
import { type Listening, listenHttp, nobodyAt } from '../../support/http';
import { startAgent } from '../../support/in-process';
import {
  asksFor,
  BREAK_OFF,
  says,
  type ScriptedReply,
  startScriptedModel,
} from '../../support/scripted-model';
import { chunk } from '../../support/streamed-completion';
import { startTestTelemetry } from '../../support/telemetry';

// Its log lines would drown the report of the tests.
const telemetry = startTestTelemetry();
const open: Listening[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => telemetry.close());

/** What no client may ever be told: secrets, paths, addresses, words of others, of Node and of libraries. */
const CANARY =
  /canary|127\.0\.0\.1|localhost|\/var\/|\/work\/|node_modules|\.ts\b|\.js:|ECONN|ENOENT|EAI_|UND_ERR|Zod|TypeError|SyntaxError|\bat \w+ \(/i;

const SETTINGS: Partial<AgentSettings> = {
  modelApiKey: 'canary-model-key',
  instructions: 'canary-instructions',
  description: 'Leads',
};

test.each<[what: string, reply: ScriptedReply]>([
  [
    'an error with all sorts of things in it',
    { status: 500, body: 'canary: connect ECONNREFUSED 127.0.0.1:80' },
  ],
  ['a refusal of our key', { status: 401, body: { error: { message: 'wrong key canary-model-key' } } }],
  ['HTML', { body: '<html>canary</html>' }],
  ['another shape', { body: { choices: 'canary' } }],
  ['an error in the stream', { events: [{ error: { message: 'canary' } }] }],
  [
    'an error after the first word',
    { events: [chunk({ content: 'well' }), { error: { message: 'canary' } }] },
  ],
  ['half a chunk', { events: [chunk({ content: 'well' }), 'data: {"canary', BREAK_OFF] }],
  ['a tool that nobody offers', asksFor(['made_up', { a: 1 }])],
])('a model that answers with %s', async (_what, scripted) => {
  const model = await startScriptedModel(() => scripted);
  open.push(model);
  await expectClean(await agentOf({ modelUrl: model.url, maxSteps: 2 }));
});

test('a model that cannot be reached', async () => {
  await expectClean(await agentOf({ modelUrl: (await nobodyAt()).url }));
});

test('a key that cannot be read', async () => {
  await expectClean(await agentOf({ modelApiKeyFile: '/var/canary/key' }));
  await expectClean(await agentOf({ apiKeysFile: '/var/canary/keys' }));
});

test('tools, agents and memory that cannot be reached', async () => {
  const nobody = (await nobodyAt()).url;
  const broken = await listenHttp((_request, response) => response.writeHead(500).end('canary'));
  const model = await startScriptedModel(({ messages }) =>
    messages.some(({ role }) => role === 'tool')
      ? says('done')
      : asksFor(['delegate_to_worker', { task: 'a' }]),
  );
  open.push(broken, model);
  await expectClean(
    await agentOf({
      modelUrl: model.url,
      mcpServers: [
        { name: 'down', url: nobody },
        { name: 'broken', url: broken.url },
      ],
      subAgents: [{ name: 'worker', url: nobody, apiKey: 'canary-peer-key' }],
      memoryType: 'redis',
      memoryRedisUrl: nobody.replace('http', 'redis'),
      memoryRedisPassword: 'canary-password',
    }),
  );
});

async function agentOf(settings: Partial<AgentSettings>): Promise<Listening> {
  const agent = await startAgent({
    name: 'lead',
    modelUrl: 'http://127.0.0.1:9',
    model: 'm',
    ...SETTINGS,
    ...settings,
  });
  open.unshift(agent);
  return agent;
}

/** Asks for all that can be asked for. */
async function expectClean({ url, port }: Listening): Promise<void> {
  const chat = (body: string) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  const question = { messages: [{ role: 'user', content: 'go' }] };
  const replies = [
    await chat(JSON.stringify(question)),
    await chat(JSON.stringify({ ...question, stream: true })),
    await chat('{"messages":'),
    await chat('{"messages":[{"role":"user","content":5}]}'),
    await fetch(`${url}/memory/events`),
    await fetch(`${url}/memory/sessions`),
    await fetch(`${url}/memory/sessions/none`, { method: 'DELETE' }),
    await fetch(`${url}/ready`),
    await fetch(`${url}/health`),
    await fetch(`${url}/v1/models`),
    await fetch(`${url}/nowhere`),
  ];
  for (const reply of replies) {
    const said = `${JSON.stringify([...reply.headers])}${await reply.text()}`;
    expect(said).not.toMatch(CANARY);
    expect(said).not.toContain(`:${port}`);
  }
}
