import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collector, startCollector } from '../../cli/local/collector/collector';
import { claimPort } from '../../cli/local/ports';
import { agentConfigToEnv, type Env, mcpServerConfigToEnv } from '../../runtime/contract';
import { bundled } from './bundled';

/** A process of its own on a free port, once it listens. */
export interface Started {
  readonly port: number;
  readonly url: string;
  /** Microseconds of processor that it used so far. */
  cpu(): number;
  rssMiB(): number;
  stop(): Promise<unknown>;
}

/**
 * An agent without telemetry, one with it, one whose collector is away, what they lean on, and what makes the same calls
 * without being an agent: each a process of its own, as they ship.
 */
export interface AgentProcesses {
  readonly model: Started;
  readonly tools: Started;
  readonly off: Started;
  readonly on: Started;
  /** Nobody listens where its collector is to be. */
  readonly away: Started;
  /** Makes the calls of an agent, and does nothing else. */
  readonly bare: Started;
  readonly collector: Collector;
  agentEnv(port: number): Record<string, string>;
  stop(): Promise<void>;
}

export async function startAgentProcesses(): Promise<AgentProcesses> {
  const directory = mkdtempSync(join(tmpdir(), 'kaos-bench-'));
  const write = (name: string, code: string) => {
    writeFileSync(join(directory, name), code);
    return join(directory, name);
  };
  const collector = await startCollector({ host: '127.0.0.1', grpcPort: 0, httpPort: 0 });
  const model = await start(write('model.js', MODEL), (port) => ({ PORT: String(port) }));
  const toolModules = [write('echo.js', ECHO_TOOL)];
  const tools = await start('lib/bin/mcp-server.js', (port) =>
    mcpServerConfigToEnv({ name: 'tools', toolModules, host: '127.0.0.1', port }),
  );
  const agentEnv = (port: number) =>
    agentConfigToEnv({
      name: 'bench',
      modelUrl: model.url,
      model: 'm',
      host: '127.0.0.1',
      port,
      mcpServers: [{ name: 'tools', url: tools.url }],
    });
  const telemetry = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl };
  const off = await start('lib/bin/agent.js', agentEnv);
  const on = await start('lib/bin/agent.js', (port) => ({ ...agentEnv(port), ...telemetry }));
  const nobody = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` };
  const away = await start('lib/bin/agent.js', (port) => ({ ...agentEnv(port), ...nobody }));
  const bare = await start(bundled('bare-agent', directory), (port) => ({
    PORT: String(port),
    MODEL_URL: model.url,
    TOOLS_URL: tools.url,
  }));
  const stop = async () => {
    await Promise.all([bare, off, on, away, tools, model].map((running) => running.stop()));
    await collector.close();
    rmSync(directory, { recursive: true });
  };
  return { model, tools, off, on, away, bare, collector, agentEnv, stop };
}

/** A process on a free port, once it says that it listens. */
export async function start(script: string, envFor: (port: number) => Env): Promise<Started> {
  const port = await freePort();
  const { child, stop } = launch(script, envFor(port));
  await saidSo(child);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    cpu: () => cpuOf(child.pid),
    rssMiB: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    stop,
  };
}

/** All of them say that they listen; the pipe must go on being emptied. */
function saidSo({ stdout }: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    stdout?.on('data', (said: Buffer) => {
      if (said.includes('listening')) resolve();
    });
  });
}

export function launch(script: string, env: Env): { child: ChildProcess; stop(): Promise<unknown> } {
  const child = spawn(process.execPath, [...(env.NODE_ARGS?.split(' ') ?? []), script], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = () => {
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    return ended;
  };
  return { child, stop };
}

export async function freePort(): Promise<number> {
  return (await claimPort()).port;
}

/** Linux counts in hundredths of a second. */
function cpuOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

export const ECHO_TOOL = `
const { tool } = require('cdk8s-kaos/tool');
const input = { type: 'object', properties: { message: { type: 'string' } } };
exports.echo = tool({ description: 'Echo', input, handler: ({ message }) => message });
`;

/** Answers at once: first with a tool call, then with text; a stream, with text alone. */
const MODEL = `
const usage = { prompt_tokens: 10, completion_tokens: 5 };
const reply = (message) => JSON.stringify({ id: '1', model: 'm', usage, choices: [{ finish_reason: 'stop', message }] });
const call = { id: 'c', type: 'function', function: { name: 'echo', arguments: '{"message":"hi"}' } };
const chunk = (delta, finish_reason = null) => 'data: ' + JSON.stringify({ id: '1', model: 'm', choices: [{ index: 0, delta, finish_reason }] }) + '\\n\\n';
const answer = (body, outgoing) => {
  if (body.includes('"stream":true')) {
    outgoing.setHeader('content-type', 'text/event-stream');
    return outgoing.end(chunk({ role: 'assistant', content: 'hi' }) + chunk({}, 'stop') + 'data: [DONE]\\n\\n');
  }
  outgoing.setHeader('content-type', 'application/json');
  outgoing.end(reply(body.includes('"role":"tool"') ? { content: 'hi' } : { content: null, tool_calls: [call] }));
};
require('node:http').createServer((incoming, outgoing) => {
  let body = '';
  incoming.on('data', (chunk) => (body += chunk));
  incoming.on('end', () => answer(body, outgoing));
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
`;
