import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentConfigToEnv, mcpServerConfigToEnv } from '../../../runtime/contract';
import { type Listening, listenHttp, nobodyAt } from '../../support/http';
import { type Bundles, bundleProcesses, ready, startProcess } from '../../support/real-process';

let bundles: Bundles, taken: Listening;

beforeAll(async () => {
  bundles = bundleProcesses();
  taken = await listenHttp((_request, response) => response.end());
});
afterAll(async () => {
  await taken.close();
  bundles.remove();
});

const LOOPBACK = { host: '127.0.0.1' };

test('fails when an agent’s configuration is wrong, naming each variable', async () => {
  const agent = startProcess(bundles.agent, {
    MODEL_API_URL: 'llm',
    AGENT_PORT: 'http',
    MCP_SERVERS: 'a',
    KAOS_OTEL_MCP_SPAN: 'both',
  });
  expect([await agent.exit, await agent.stdout, await agent.stderr]).toEqual([
    1,
    '',
    [
      'AGENT_NAME is not set; it is required',
      'AGENT_PORT is "http"; give a port from 1 to 65535',
      'MODEL_API_URL is "llm"; give an http or https URL',
      'MODEL_NAME is not set; it is required',
      'MCP_SERVER_a_URL is not set; MCP_SERVERS lists "a", give its URL',
      'KAOS_OTEL_MCP_SPAN is "both"; give one of own, merge',
      '',
    ].join('\n'),
  ]);
});

test.each<[what: string, lock: string, problem: string]>([
  ['is not there', '/nowhere/lock.json', 'is "/nowhere/lock.json"; give a file that can be read'],
  ['is none', __filename, 'names a file that is no lock of tools; synthesize it again'],
])(
  'fails when files cannot be read, naming them with all else: the lock %s',
  async (_what, lock, problem) => {
    const env = agentConfigToEnv({
      ...llmAt(),
      instructionsFile: '/nowhere/instructions.txt',
      toolsLockFile: lock,
    });
    const problems = [
      'AGENT_INSTRUCTIONS_FILE is "/nowhere/instructions.txt"; give a file that can be read',
      `TOOLS_LOCK_FILE ${problem}`,
      '',
    ];
    const agent = startProcess(bundles.agent, env);
    expect([await agent.exit, await agent.stderr]).toEqual([1, problems.join('\n')]);

    const another = startProcess(bundles.agent, { ...env, MODEL_NAME: '', KAOS_OTEL_MCP_SPAN: 'both' });
    expect([await another.exit, await another.stderr]).toEqual([
      1,
      [
        'MODEL_NAME is not set; it is required',
        'KAOS_OTEL_MCP_SPAN is "both"; give one of own, merge',
        ...problems,
      ].join('\n'),
    ]);
  },
);

test.each<[why: string, source: string, problem: string]>([
  ['cannot be parsed', 'const = 1;', `cannot be loaded: Unexpected token '='`],
  ['holds no tool', 'exports.version = 1;', 'exports no tool; export what tool({ … }) returns'],
])('fails when a tool module %s', async (_why, source, problem) => {
  const module = join(bundles.agent, '..', 'broken.js');
  writeFileSync(module, source);
  const server = startProcess(
    bundles.mcpServer,
    mcpServerConfigToEnv({ name: 'search', toolModules: [module] }),
  );
  expect([await server.exit, await server.stderr]).toEqual([1, `MCP_TOOL_MODULES: "${module}" ${problem}\n`]);
});

test('fails when the port is taken, saying which', async () => {
  const agent = startProcess(bundles.agent, agentConfigToEnv({ ...llmAt(), ...LOOPBACK, port: taken.port }));
  expect(await agent.exit).toBe(1);
  expect(logged(await agent.stdout)).toMatchObject([
    { severity: 'INFO', message: 'OpenTelemetry Enabled: false' },
    {
      severity: 'FATAL',
      logger_name: 'lead',
      message: `cannot listen on 127.0.0.1:${taken.port}`,
      err: { code: 'EADDRINUSE' },
    },
  ]);
});

test('starts all the same when a variable of OpenTelemetry says what there is not, and tells of it', async () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: (await nobodyAt()).url, OTEL_TRACES_SAMPLER: 'never' };
  const config = agentConfigToEnv({ ...llmAt(), ...LOOPBACK, port: taken.port });
  const agent = startProcess(bundles.agent, { ...config, ...env });
  await agent.exit;
  const message = expect.stringContaining('OTEL_TRACES_SAMPLER is "never"; give one of always_on,');
  expect(logged(await agent.stdout)).toContainEqual(expect.objectContaining({ severity: 'WARN', message }));
});

test('an agent is up before anything that it leans on, and ready after it', async () => {
  const [{ port }, llm] = [await nobodyAt(), await nobodyAt()];
  const env = agentConfigToEnv({ ...llmAt(llm.url), ...LOOPBACK, port });
  const agent = startProcess(bundles.agent, env);
  const url = `http://127.0.0.1:${port}`;
  await ready(url, '/health');
  const waiting = await fetch(`${url}/ready`);
  expect([waiting.status, await waiting.json()]).toMatchObject([
    503,
    {
      status: 'waiting',
      name: 'lead',
      dependencies: { 'model gateway': 'waiting' },
      reasons: [expect.stringMatching(/^waiting for model gateway: (nobody listens there|not tried yet)$/)],
    },
  ]);
  const gateway = await listenHttp((_request, response) => response.end(), llm.port);
  await ready(url);
  await gateway.close();
  await expect(fetch(gateway.url)).rejects.toThrow('fetch failed');
  expect((await fetch(`${url}/ready`)).status).toBe(200);
  agent.kill('SIGTERM');
  expect([await agent.exit, await agent.stderr]).toEqual([0, '']);
});

function llmAt(modelUrl = 'http://127.0.0.1:1') {
  return { name: 'lead', modelUrl, model: 'gpt-4o' };
}

function logged(stdout: string): unknown[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
