import { Agent, request } from 'undici';

export const QUESTION = { messages: [{ role: 'user', content: 'hi' }] };

const connections = new Agent({ keepAliveTimeout: 4_000 });

/** The three calls that an agent makes for a question, by hand. */
export async function bareCalls(modelUrl: string, toolsUrl: string, question = QUESTION): Promise<unknown> {
  const model = `${modelUrl}/v1/chat/completions`;
  await post(model, question);
  await post(`${toolsUrl}/mcp`, {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'echo', arguments: { message: 'hi' } },
  });
  return post(model, { messages: [...question.messages, { role: 'tool', content: 'hi' }] });
}

export function ask(url: string): Promise<unknown> {
  return post(`${url}/v1/chat/completions`, QUESTION);
}

/** @returns milliseconds until the first word of a streamed answer */
export async function firstToken(url: string): Promise<number> {
  const startedAt = performance.now();
  const reply = await send(`${url}/v1/chat/completions`, { ...QUESTION, stream: true });
  let said = '';
  let firstAt: number | undefined;
  for await (const part of reply.body) {
    said += String(part);
    if (said.includes('"content":"hi"')) firstAt ??= performance.now();
  }
  return (firstAt ?? Number.NaN) - startedAt;
}

export function hangUp(): Promise<void> {
  return connections.destroy();
}

async function post(url: string, body: object): Promise<unknown> {
  const reply = await send(url, body);
  if (reply.statusCode === 200) return reply.body.json();
  throw new Error(`${url} answered ${reply.statusCode}: ${await reply.body.text()}`);
}

function send(url: string, body: object) {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  return request(url, { method: 'POST', headers, body: JSON.stringify(body), dispatcher: connections });
}
