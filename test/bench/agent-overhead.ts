import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { startCollector } from '../../cli/local/collector/collector';
import { agentConfigToEnv, mcpServerConfigToEnv } from '../../runtime/contract';
import { type Figure } from './figures';

const WARM_UP = 200;
const MEASURED = 1_000;

/**
 * What an agent adds to a request of two model calls and one tool call, one request at a time: the time that the
 * client waits, less the time that the model and the tool call took as seen by a client that makes the same three
 * calls itself.
 */
export async function measureAgent(): Promise<Figure[]> {
  const model = await startModel();
  const collector = await startCollector({ host: '127.0.0.1', grpcPort: 0, httpPort: 0 });
  const directory = mkdtempSync(join(tmpdir(), 'kaos-bench-'));
  const toolModule = join(directory, 'echo.js');
  writeFileSync(toolModule, ECHO_TOOL);
  const toolServer = start('mcp-server', (port) =>
    mcpServerConfigToEnv({
      name: 'tools',
      toolModules: [toolModule],
      host: '127.0.0.1',
      port,
    }),
  );
  const { port: toolPort } = await toolServer;
  const agentEnv = (port: number) =>
    agentConfigToEnv({
      name: 'bench',
      modelUrl: model.url,
      model: 'm',
      host: '127.0.0.1',
      port,
      maxSteps: 5,
      mcpServers: [{ name: 'tools', url: `http://127.0.0.1:${toolPort}` }],
    });
  const telemetry = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl };
  const processes = [
    await toolServer,
    await start('agent', agentEnv),
    await start('agent', (port) => ({ ...agentEnv(port), ...telemetry })),
  ];
  const [, off, on] = processes as [Started, Started, Started];
  const chat = (port: number) => `http://127.0.0.1:${port}/v1/chat/completions`;

  const bare = () => bareCalls(model.url, `http://127.0.0.1:${toolPort}/mcp`);
  const variants = {
    bare,
    off: () => post(chat(off.port), QUESTION),
    on: () => post(chat(on.port), QUESTION),
  };
  const samples = { bare: [] as number[], off: [] as number[], on: [] as number[] };
  for (let index = 0; index < WARM_UP + MEASURED; index++) {
    for (const [name, call] of Object.entries(variants) as [
      keyof typeof variants,
      () => Promise<unknown>,
    ][]) {
      const startedAt = performance.now();
      await call();
      if (index >= WARM_UP) samples[name].push(performance.now() - startedAt);
    }
  }
  await Promise.all(processes.map((running) => running.stop()));
  await collector.close();
  model.close();
  rmSync(directory, { recursive: true });
  const added = (times: readonly number[]) => times.map((time, index) => time - (samples.bare[index] ?? 0));
  return [
    { name: 'two model calls and a tool call, bare', samples: samples.bare, aim: '' },
    { name: 'the same by an agent, telemetry off', samples: samples.off, aim: '' },
    { name: 'the same by an agent, telemetry on', samples: samples.on, aim: '' },
    { name: '  added by the agent, telemetry off', samples: added(samples.off), aim: '3' },
    { name: '  added by the agent, telemetry on', samples: added(samples.on), aim: '3' },
  ];
}

const QUESTION = { messages: [{ role: 'user', content: 'hi' }] };

const ECHO_TOOL = `
const { tool } = require('cdk8s-kaos/tool');
const input = { type: 'object', properties: { message: { type: 'string' } } };
exports.echo = tool({ description: 'Echo', input, handler: ({ message }) => message });
`;

/** Answers at once: first with a tool call, then with text. */
async function startModel(): Promise<{ url: string; close(): void }> {
  const usage = { prompt_tokens: 10, completion_tokens: 5 };
  const reply = (message: object) =>
    JSON.stringify({ id: '1', model: 'm', usage, choices: [{ finish_reason: 'stop', message }] });
  const call = { id: 'c', type: 'function', function: { name: 'echo', arguments: '{"message":"hi"}' } };
  const server = createServer((incoming, outgoing) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      const isSecond = body.includes('"role":"tool"');
      outgoing.setHeader('content-type', 'application/json');
      outgoing.end(reply(isSecond ? { content: 'hi' } : { content: null, tool_calls: [call] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

async function bareCalls(modelUrl: string, mcpUrl: string): Promise<void> {
  const model = `${modelUrl}/v1/chat/completions`;
  await post(model, QUESTION);
  await post(mcpUrl, {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'echo', arguments: { message: 'hi' } },
  });
  await post(model, { messages: [...QUESTION.messages, { role: 'tool', content: 'hi' }] });
}

async function post(url: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const reply = await request(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (reply.statusCode !== 200)
    throw new Error(`${url} answered ${reply.statusCode}: ${await reply.body.text()}`);
  return reply.body.json();
}

interface Started {
  readonly port: number;
  stop(): Promise<unknown>;
}

/** A bundled process on a free port, once it listens. */
async function start(bin: string, envFor: (port: number) => Record<string, string>): Promise<Started> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const child = spawn(process.execPath, [`lib/bin/${bin}.js`], {
    env: { PATH: process.env.PATH, ...envFor(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  // The pipe must go on being emptied.
  child.stdout.resume();
  return {
    port,
    stop: () => {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      return ended;
    },
  };
}
