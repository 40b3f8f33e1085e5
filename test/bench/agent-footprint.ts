import { setTimeout as delay } from 'node:timers/promises';
import { type AgentProcesses, freePort, launch, type Started } from './agent-processes';
import { ask, firstToken } from './agent-calls';
import { type Figure } from './figures';

const STARTS = 7;
const STREAMS = 300;
const CONNECTIONS = 16;

/** What an agent adds to the first word of a stream: agent and model take turns. */
export async function measureFirstToken({ model, off, on }: AgentProcesses): Promise<Figure[]> {
  const samples = { bare: [] as number[], off: [] as number[], on: [] as number[] };
  for (let index = -20; index < STREAMS; index++) {
    const times = [await firstToken(model.url), await firstToken(off.url), await firstToken(on.url)] as const;
    if (index < 0) continue;
    samples.bare.push(times[0]);
    samples.off.push(times[1] - times[0]);
    samples.on.push(times[2] - times[0]);
  }
  return [
    { name: 'first word of a stream, from the model itself', samples: samples.bare, aim: '' },
    { name: '  added by an agent, telemetry off', samples: samples.off, aim: '2' },
    { name: '  added by an agent, telemetry on', samples: samples.on, aim: '2' },
  ];
}

/** From nothing to ready, with all that it waits for at hand. */
export async function measureStarts({ agentEnv, collector }: AgentProcesses): Promise<Figure[]> {
  const telemetry = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl };
  const samples = { off: [] as number[], on: [] as number[] };
  for (let index = 0; index < STARTS; index++) {
    samples.off.push(await timeStart(agentEnv, {}));
    samples.on.push(await timeStart(agentEnv, telemetry));
  }
  return [
    { name: 'start of an agent, to ready, telemetry off', samples: samples.off, aim: '350' },
    { name: 'start of an agent, to ready, telemetry on', samples: samples.on, aim: '350' },
  ];
}

/** What agents hold at rest, and after so many requests; garbage is collected when Node likes. */
export async function printMemory(
  { off, on }: AgentProcesses,
  idle: Memory,
  requests: number,
): Promise<void> {
  const agents = { 'telemetry off': off, 'telemetry on': on };
  for (const [name, agent] of Object.entries(agents)) {
    const half = await memoryAfter(agent, requests / 2);
    const whole = await memoryAfter(agent, requests / 2);
    const at = idle[name]?.toFixed(0);
    console.log(
      `memory of an agent, ${name}, MiB: ${at} idle, ${half.toFixed(0)} after ${requests / 2} requests, ${whole.toFixed(0)} after ${requests}`,
    );
  }
}

export type Memory = Readonly<Record<string, number>>;

export function memoryOf({ off, on }: AgentProcesses): Memory {
  return { 'telemetry off': off.rssMiB(), 'telemetry on': on.rssMiB() };
}

async function memoryAfter(agent: Started, requests: number): Promise<number> {
  let left = requests;
  const work = async () => {
    while (left-- > 0) await ask(agent.url);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return agent.rssMiB();
}

async function timeStart(
  envFor: AgentProcesses['agentEnv'],
  telemetry: Record<string, string>,
): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const { child, stop } = launch('lib/bin/agent.js', { ...envFor(port), ...telemetry });
  child.stdout?.resume();
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) await delay(1);
  const milliseconds = performance.now() - startedAt;
  await stop();
  return milliseconds;
}
