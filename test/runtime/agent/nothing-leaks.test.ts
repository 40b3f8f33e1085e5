import { A2A_PATH, type AgentSettings } from '../../../runtime/contract';
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
// The A2A library complains there; a process takes it to its log.
jest.spyOn(console, 'error').mockImplementation(() => undefined);

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
  const agent = await agentOf({ modelUrl: (await nobodyAt()).url });
  await expectClean(agent);
  // It is for failures that they are clean.
  const asked = [
    ...(await askOverA2A(agent, '1.0')).slice(0, 4),
    ...(await askOverA2A(agent, '0.3')).slice(0, 4),
  ];
  for (const { said } of asked) expect(said).toMatch(/"state":"(TASK_STATE_FAILED|failed)"/);
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
async function expectClean(agent: Listening): Promise<void> {
  const replies = [
    ...(await ask(agent)),
    ...(await askOverA2A(agent, '1.0')),
    ...(await askOverA2A(agent, '0.3')),
  ];
  for (const { headers, said } of replies) {
    const all = `${JSON.stringify([...headers])}${said}`;
    expect(all).not.toMatch(CANARY);
    expect(all).not.toContain(`:${agent.port}`);
  }
}

interface Said {
  readonly headers: Headers;
  readonly said: string;
}

async function ask({ url }: Listening): Promise<Said[]> {
  const chat = (body: string) => post(`${url}/v1/chat/completions`, body);
  const question = { messages: [{ role: 'user', content: 'go' }] };
  return [
    await chat(JSON.stringify(question)),
    await chat(JSON.stringify({ ...question, stream: true })),
    await chat('{"messages":'),
    await chat('{"messages":[{"role":"user","content":5}]}'),
    await read(fetch(`${url}/memory/events`)),
    await read(fetch(`${url}/memory/sessions`)),
    await read(fetch(`${url}/memory/sessions/none`, { method: 'DELETE' })),
    await read(fetch(`${url}/ready`)),
    await read(fetch(`${url}/health`)),
    await read(fetch(`${url}/v1/models`)),
    await read(fetch(`${url}/nowhere`)),
  ];
}

const A2A_SHAPES = {
  '1.0': {
    methods: ['SendMessage', 'SendStreamingMessage', 'GetTask'],
    message: { messageId: '1', role: 'ROLE_USER', parts: [{ text: 'go' }] },
  },
  '0.3': {
    methods: ['message/send', 'message/stream', 'tasks/get'],
    message: { kind: 'message', messageId: '1', role: 'user', parts: [{ kind: 'text', text: 'go' }] },
  },
} as const;

/** Sends a message both ways, looks afterwards at the tasks that came of it, and asks what cannot be understood. */
async function askOverA2A({ url }: Listening, version: keyof typeof A2A_SHAPES): Promise<Said[]> {
  const { methods, message } = A2A_SHAPES[version];
  const [send, stream, get] = methods;
  const call = (method: string, params: object) =>
    post(url + A2A_PATH, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), {
      'a2a-version': version,
    });
  const begun = [await call(send, { message }), await call(stream, { message })];
  const tasks = begun.map(({ said }) => /"(?:task":\{"id|taskId|id)":"([^"]+)"/.exec(said)?.[1] ?? 'none');
  return [
    ...begun,
    ...(await Promise.all(tasks.map((id) => call(get, { id })))),
    await call(send, { message: { ...message, parts: [null] } }),
    await call(get, { id: { canary: true } }),
    await post(url + A2A_PATH, '{"jsonrpc":', { 'a2a-version': version }),
  ];
}

function post(url: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Said> {
  return read(
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }),
  );
}

async function read(asked: Promise<Response>): Promise<Said> {
  const reply = await asked;
  return { headers: reply.headers, said: await reply.text() };
}
