import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getJson, postJson, until } from '../../../support/http';
import { startTestTelemetry } from '../../../support/telemetry';
import { type RunningBridge, startBridge, TOLD } from './start-bridge';

const telemetry = startTestTelemetry();
const open: RunningBridge[] = [];
let directory: string, gate: string, journal: string;

beforeEach(async () => {
  await telemetry.reset();
  directory = mkdtempSync(join(tmpdir(), 'kaos-stdio-'));
  [gate, journal] = [join(directory, 'gate'), join(directory, 'journal')];
  writeFileSync(gate, '');
  writeFileSync(journal, '');
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
  rmSync(directory, { recursive: true });
});
afterAll(() => telemetry.close());

/** The server that does as it is told, behind a bridge. */
async function start(
  settings: { poolSize?: number; idleMs?: number; env?: string[]; command?: string[] } = {},
  options: { waits?: boolean; toolTimeoutMs?: number } = {},
): Promise<RunningBridge> {
  const running = await startBridge({ command: [...TOLD, gate, journal], ...settings }, options);
  open.push(running);
  return running;
}

const pids = () => readFileSync(journal, 'utf8').split('\n').filter(Boolean).map(Number);
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const logged = (pattern: RegExp) => telemetry.logs.filter(({ body }) => pattern.test(String(body)));
/** What a tool answered, out of its JSON. */
async function ask({ client }: RunningBridge, name: string): Promise<unknown> {
  const result = await client.callTool({ name, arguments: {} });
  const [block] = result.content as { text: string }[];
  return result.isError ? { failed: block?.text } : JSON.parse(block?.text ?? '');
}
/** A call that runs until its caller hangs up, and the way to do that. */
async function waiting({ url }: RunningBridge): Promise<{ hangUp(): Promise<void> }> {
  const before = logged(/^waiting$/).length;
  const caller = new AbortController();
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait', arguments: {} } };
  const accept = { accept: 'application/json, text/event-stream' };
  const reply = postJson(`${url}/mcp`, call, accept, caller.signal).catch(() => undefined);
  await until(() => logged(/^waiting$/).length > before);
  return {
    hangUp: async () => {
      caller.abort();
      await reply;
    },
  };
}

test('one process answers calls that come one after the other', async () => {
  const running = await start();
  const answers = [await ask(running, 'pid'), await ask(running, 'pid')];
  expect(answers).toEqual([pids()[0], pids()[0]]);
  expect(pids()).toHaveLength(1);
});

test('a call that finds all busy gets a process of its own, up to the size of the pool; then they share', async () => {
  const running = await start({ poolSize: 2 });
  const calls = [await waiting(running), await waiting(running)];
  expect(pids()).toHaveLength(2);
  const more = await Promise.all([ask(running, 'pid'), ask(running, 'pid'), ask(running, 'pid')]);
  expect(pids()).toEqual(expect.arrayContaining(more));
  expect(pids()).toHaveLength(2);
  await Promise.all(calls.map((call) => call.hangUp()));
  // The second process was started for a call, and what it says is no part of that one.
  expect(logged(/^waiting$/).map(({ spanContext }) => spanContext)).toEqual([undefined, undefined]);
});

test('many calls at once start no more than there may be', async () => {
  const running = await start({ poolSize: 3 });
  await Promise.all(Array.from({ length: 20 }, () => ask(running, 'pid')));
  expect(pids().length).toBeLessThanOrEqual(3);
});

test('a process that has long had no calls is ended, and the last one stays', async () => {
  const running = await start({ poolSize: 2, idleMs: 20 });
  const calls = [await waiting(running), await waiting(running)];
  await Promise.all(calls.map((call) => call.hangUp()));
  await until(() => pids().filter(isAlive).length === 1);
  expect(pids()).toContain(await ask(running, 'pid'));
  expect(logged(/ended by itself/)).toEqual([]);
});

test('a caller that hangs up cancels its call in the process', async () => {
  const running = await start();
  const call = await waiting(running);
  await call.hangUp();
  await until(() => logged(/^cancelled$/).length === 1);
  const span = await telemetry.span('tools/call wait');
  expect([span.status.code, span.attributes['kaos.cancelled']]).toEqual([0, true]);
});

test('a call that takes too long is cancelled in the process, and answered', async () => {
  const running = await start({}, { toolTimeoutMs: 50 });
  expect(await ask(running, 'wait')).toEqual({ failed: 'tool "wait" gave no answer in 50 ms' });
  await until(() => logged(/^cancelled$/).length === 1);
  expect((await telemetry.span('tools/call wait')).attributes['error.type']).toBe('tool_timeout');
});

test('a process that dies fails its calls, which are not made again, and another takes its place', async () => {
  const running = await start({ poolSize: 1 });
  const ended = 'the process that ran tool "die" ended before it answered';
  expect(await ask(running, 'die')).toEqual({ failed: ended });
  expect(logged(/^the command ended by itself$/)).toHaveLength(1);
  const again = await ask(running, 'pid');
  expect(pids()).toHaveLength(2);
  expect(again).toBe(pids()[1]);
});

test('a process that is killed takes down its own calls alone', async () => {
  const running = await start({ poolSize: 2 });
  const [first, second] = [ask(running, 'wait'), ask(running, 'wait')];
  await until(() => logged(/^waiting$/).length === 2);
  process.kill(pids()[0] ?? 0, 'SIGKILL');
  const failed = { failed: 'the process that ran tool "wait" ended before it answered' };
  expect(await Promise.race([first, second])).toEqual(failed);
  expect(isAlive(pids()[1] ?? 0)).toBe(true);
  process.kill(pids()[1] ?? 0, 'SIGKILL');
  expect(await Promise.all([first, second])).toEqual([failed, failed]);
});

test('it is not ready until a process could be started, says why, and tries ever less often', async () => {
  rmSync(gate);
  const running = await start({}, { waits: false });
  await until(() => logged(/started again in/).length >= 3);
  const reply = await getJson(`${running.url}/ready`);
  expect(reply).toMatchObject({ status: 503, body: { status: 'waiting', name: 'search' } });
  expect(reply.body.reasons[0]).toMatch(/^command ".+" could not be started: .*Connection closed/);
  expect((await getJson(`${running.url}/health`)).status).toBe(200);
  const delays = logged(/started again in/).map(({ body }) => Number(/in (\d+) ms/.exec(String(body))?.[1]));
  [50, 100, 200].forEach((least, index) => {
    expect(delays[index]).toBeGreaterThanOrEqual(least);
    expect(delays[index]).toBeLessThanOrEqual(2 * least);
  });
  expect(logged(/there is no/)[0]?.attributes).toMatchObject({ stream: 'stderr' });
  // Whoever was told of none would believe it.
  await expect(running.client.listTools()).rejects.toThrow('it is not known yet which tools there are');
  writeFileSync(gate, '');
  await until(async () => (await running.bridge.problem()) === undefined);
  expect((await running.client.listTools()).tools.map(({ name }) => name)).toContain('pid');
  expect((await getJson(`${running.url}/ready`)).body.tools).toContain('pid');
});

test('a command that is not there is a reason not to be ready', async () => {
  const running = await start({ command: ['/nowhere/mcp-server'] }, { waits: false });
  await until(() => logged(/started again in/).length >= 1);
  expect((await getJson(`${running.url}/ready`)).body.reasons).toEqual([
    'command "/nowhere/mcp-server" could not be started: spawn /nowhere/mcp-server ENOENT',
  ]);
});

test('tools are listed again when the command says that they changed', async () => {
  const running = await start();
  await ask(running, 'learn');
  await until(() => running.bridge.tools.has('learned'));
  expect(await ask(running, 'learned')).toBe('learned');
});

test('a process is given PATH, HOME, TMPDIR and the variables that are named, and no others', async () => {
  const running = await start({ env: ['PASSED', 'NOT_SET'] });
  const environment = (await ask(running, 'environment')) as Record<string, string>;
  const { PATH, HOME } = process.env;
  expect(environment).toEqual({ PATH, HOME, TMPDIR: '/tmp', PASSED: 'on' });
});

test('what a process says on stderr is logged, as far as a line may be long', async () => {
  const running = await start();
  await ask(running, 'chatter');
  await until(() => logged(/^next$/).length === 1);
  const [long] = logged(/^x+/);
  expect(long?.body).toBe(`${'x'.repeat(2_000)}… (3000 characters more)`);
});

test('the trace goes on in the process', async () => {
  const running = await start();
  const meta = (await ask(running, 'meta')) as { traceparent: string };
  const server = await telemetry.span('tools/call meta');
  const client = await telemetry.span('mcp.tool.meta');
  const { traceId, spanId } = client.spanContext();
  expect(client.parentSpanContext?.spanId).toBe(server.spanContext().spanId);
  expect(meta.traceparent).toBe(`00-${traceId}-${spanId}-01`);
  expect(client.attributes).toMatchObject({ 'network.transport': 'pipe', 'mcp.server': 'search' });
  expect(client.attributes['gen_ai.operation.name']).toBeUndefined();
});

test('no process is left when it is closed', async () => {
  const running = await start({ poolSize: 2 });
  const calls = [await waiting(running), await waiting(running)];
  await Promise.all(calls.map((call) => call.hangUp()));
  await running.bridge.close();
  expect(pids()).toHaveLength(2);
  expect(pids().filter(isAlive)).toEqual([]);
});
