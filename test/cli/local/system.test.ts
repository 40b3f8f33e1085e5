import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { askAgent } from '../../../cli/local/ask-agent';
import { type EnvEntry } from '../../../cli/local/objects';
import { type Plan } from '../../../cli/local/plan';
import { NO_REAL_PARTS } from '../../../cli/local/real/components';
import { noSecrets } from '../../../cli/local/secrets';
import { LocalSystem } from '../../../cli/local/system';
import { type Workload } from '../../../cli/local/workload';
import { isAlive } from '../../support/children';
import { nobodyAt, until } from '../../support/http';
import { smallProcesses } from './local-processes';
import { deployment, planOf, serviceOf, workloadOf } from './small-chart';

const processes = smallProcesses();
const systems: LocalSystem[] = [];

afterEach(() => Promise.all(systems.splice(0).map((system) => system.stop())));
afterAll(() => processes.remove());

const HOME = { name: 'HOME', value: '/tmp' };

/** An agent and a tool server of the same name. */
function namesakes(agentEnv: EnvEntry[] = []): Plan {
  const readinessProbe = { httpGet: { path: '/ready', port: 'http' } };
  const command = (script: string) => ({
    command: ['node', `/app/${script}`],
    readinessProbe,
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  });
  return planOf([
    deployment('agent', 'search', { container: { ...command('agent.js'), env: [HOME, ...agentEnv] } }),
    deployment('mcpserver', 'search', { container: { ...command('mcp-server.js'), env: [HOME] } }),
  ]);
}

/** An agent that delegates to another, and a tool server; each agent calls the one after it when it is told to end. */
function chain(): Plan {
  const process = (role: 'agent' | 'mcpserver', name: string, env: EnvEntry[]) =>
    deployment(role, name, {
      container: {
        command: ['node', `/app/${role === 'agent' ? 'agent' : 'mcp-server'}.js`],
        readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
        env,
      },
    });
  const parting = (value: string) => ({ name: 'PARTING_CALL', value });
  const aide = process('agent', 'aide', [parting('http://mcpserver-search:8000/')]);
  const lead = process('agent', 'lead', [
    parting('http://agent-aide:8000/'),
    { name: 'PEER_AGENTS', value: 'aide' },
    { name: 'PEER_AGENT_AIDE_CARD_URL', value: 'http://agent-aide:8000' },
  ]);
  const all = [process('mcpserver', 'search', []), aide, lead];
  return planOf(
    all,
    all.map((each) => serviceOf(each)),
  );
}

/** Starts a plan; `told` has a line for each thing that was said of a workload, and each is an event. */
function start(
  plan: Plan,
  options: { restart?: boolean; signal?: AbortSignal; ports?: [string, number] } = {},
) {
  const told: string[] = [];
  const events = new EventEmitter();
  const tell = (what: string) => (title: string, detail?: unknown) => {
    told.push(typeof detail === 'string' ? `${title} ${what}: ${detail}` : `${title} ${what}`);
    events.emit(`${title} ${what}`);
  };
  const ports = new Map(options.ports ? [[workloadOf(plan, options.ports[0]), options.ports[1]]] : []);
  const watcher = {
    starting: tell('starting'),
    ready: tell('ready'),
    failed: tell('failed'),
    died: tell('died'),
    line: tell('line'),
  };
  const started = LocalSystem.start(
    plan,
    {
      ports,
      secrets: noSecrets,
      binDirectory: processes.directory,
      watcher,
      restart: options.restart ?? false,
      real: NO_REAL_PARTS,
    },
    options.signal ?? new AbortController().signal,
  );
  return { started: started.then((system) => (systems.push(system), system)), told, events };
}

const die = (url: string) => fetch(`${url}/die`).catch(() => undefined);
const isUp = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );

describe('two workloads of one name', () => {
  test('run as two processes, are told apart, and leave nothing behind', async () => {
    const plan = namesakes();
    const { started, told } = start(plan);
    const system = await started;
    expect(told.filter((line) => /starting|ready/.test(line)).sort()).toEqual([
      'agent-search ready',
      'agent-search starting',
      'mcpserver-search ready',
      'mcpserver-search starting',
    ]);
    const urls = plan.workloads.map((workload) => system.ports.urlOf(workload));
    const ids = await Promise.all(urls.map(async (url) => (await fetch(url)).text()));
    expect(new Set(ids).size).toBe(2);
    const homes = await Promise.all(urls.map(async (url) => (await fetch(`${url}/home`)).text()));
    expect(homes.map((home) => existsSync(home))).toEqual([true, true]);
    await system.stop();
    expect(homes.map((home) => existsSync(home))).toEqual([false, false]);
    expect(await Promise.all(urls.map(isUp))).toEqual([false, false]);
  });

  test('one that dies is the one that is named', async () => {
    const plan = namesakes();
    const { started, told, events } = start(plan);
    const system = await started;
    const died = once(events, 'mcpserver-search died');
    await die(system.ports.urlOf(workloadOf(plan, 'mcpserver-search')));
    await died;
    expect(told).toContain('mcpserver-search died: exited with code 3');
    expect(system.died).toEqual(['mcpserver-search']);
  });
});

test('an agent that ends before it has answered is named, and how it ended', async () => {
  const plan = namesakes();
  const system = await start(plan).started;
  const asked = askAgent(system, workloadOf(plan, 'agent-search'), 'hi', new AbortController().signal);
  await expect(asked).rejects.toThrow('agent-search exited with code 3 before it had answered');
});

test('whoever calls others ends before them', async () => {
  const { started, told } = start(chain());
  const system = await started;
  await system.stop();
  expect(told.filter((line) => line.includes('parting'))).toEqual([
    'lead line: parting calls answered',
    'aide line: parting calls answered',
  ]);
});

test('collectors of several tiers are one receiver', async () => {
  const container = (...ports: number[]) => ({
    container: { ports: ports.map((containerPort) => ({ containerPort })) },
  });
  const plan = planOf([
    deployment('otel-collector', 'telemetry', container(4317, 13133)),
    deployment('otel-collector', 'telemetry-sampler', container(4317, 4318, 13133)),
  ]);
  const { started, told } = start(plan);
  const { collector, ports } = await started;
  const [first, second] = plan.workloads.map((workload) => ports.of(workload, 4317));
  expect(collector?.grpcUrl).toBe(`http://127.0.0.1:${first}`);
  expect(second).toBe(first);
  expect(collector?.httpUrl).toBe(`http://127.0.0.1:${ports.of(plan.workloads[1] as Workload, 4318)}`);
  expect(told).toEqual([]);
});

test('a workload that dies is started again, until it has died too often', async () => {
  const plan = namesakes();
  const { started, events } = start(plan, { restart: true });
  const system = await started;
  const url = system.ports.urlOf(workloadOf(plan, 'agent-search'));
  for (let death = 1; death <= 5; death++) {
    const again = once(events, 'agent-search ready');
    await die(url);
    await again;
  }
  await die(url);
  expect((await system.failure).message).toBe('agent-search exited with code 3, as it did 5 times before');
  expect(system.died).toEqual(['agent-search']);
}, 30_000);

describe('starting', () => {
  test('fails when a workload ends at once, and leaves none running', async () => {
    const { port, url } = await nobodyAt();
    const plan = namesakes([{ name: 'FAILS', value: 'no such model' }]);
    const { started, told } = start(plan, { ports: ['mcpserver-search', port] });
    const message = 'agent-search exited with code 3:\n  no such model';
    await expect(started).rejects.toThrow(new Error(message));
    expect(told).toContain('agent-search failed: agent-search exited with code 3:');
    expect(told.filter((line) => line.startsWith('mcpserver-search failed'))).toEqual([]);
    expect(await isUp(url)).toBe(false);
  });

  test('fails when it is interrupted, and leaves none running', async () => {
    const { port, url } = await nobodyAt();
    const controller = new AbortController();
    const plan = namesakes([{ name: 'NEVER_READY', value: 'yes' }]);
    const { started, events } = start(plan, {
      signal: controller.signal,
      ports: ['mcpserver-search', port],
    });
    events.once('mcpserver-search ready', () => controller.abort());
    await expect(started).rejects.toThrow(new Error('stopped before all was ready'));
    expect(await isUp(url)).toBe(false);
  });

  test('fails when it was interrupted before', async () => {
    const { started } = start(namesakes(), { signal: AbortSignal.abort() });
    await expect(started).rejects.toThrow(new Error('stopped before all was ready'));
  });
});

describe('a program that is none of ours', () => {
  const program = (code: string) => {
    const server = deployment('mcpserver', 'search', {
      container: { readinessProbe: { tcpSocket: { port: 'http' } } },
    });
    const command = { command: ['node', '-e', code], env: { PORT: '$PORT' } };
    const annotations = { 'kaos.dev/local-command': JSON.stringify(command) };
    return planOf([{ ...server, metadata: { ...server.metadata, annotations } }]);
  };

  test('is ready when it takes connections, and ends with the system', async () => {
    const code =
      "require('node:http').createServer((_, response) => response.end(String(process.pid)))" +
      ".listen(Number(process.env.PORT), '127.0.0.1')";
    const plan = program(code);
    const { started, told } = start(plan);
    const system = await started;
    expect(told).toContain('search starting: node in place of its image');
    const pid = Number(await (await fetch(system.ports.urlOf(workloadOf(plan, 'search')))).text());
    await system.stop();
    await until(() => !isAlive(pid));
  });

  test('fails with what it printed when it ends at its start', async () => {
    const { started } = start(program("console.error('no index'); process.exit(3)"));
    await expect(started).rejects.toThrow('search exited with code 3:\n  no index');
  });
});
