import { type AddressInfo } from 'node:net';
import { buildDemoModel } from '../../../../cli/local/demo-model/demo-model';

/** Where the demo model of the test file listens. */
export let url: string;

/** One demo model for all tests of a file, on a port of its own. */
export function useDemoModel(): void {
  const app = buildDemoModel();
  beforeAll(async () => {
    await app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  });
  afterAll(() => app.close());
}

export const echo = tool('echo', {
  type: 'object',
  properties: { message: { type: 'string' } },
  required: ['message'],
});
export const add = tool('add', {
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
});
export const question = { role: 'user', content: 'What is 20 plus 22?' };

export interface Completion {
  readonly choices: [{ readonly finish_reason: string; readonly message: Message }];
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
  };
}

export interface Message {
  readonly content: string | null;
  readonly tool_calls: Call[];
}

export interface Call {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

export function tool(name: string, parameters: object) {
  return { type: 'function', function: { name, parameters } };
}

export function assistantCall(id: string, name: string) {
  return {
    role: 'assistant',
    content: null,
    tool_calls: [{ id, type: 'function', function: { name, arguments: '{}' } }],
  };
}

export function post(body: unknown) {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify(body) });
}

export async function chat(request: object): Promise<Completion> {
  const response = await post({ model: 'gpt-4o', ...request });
  expect(response.status).toBe(200);
  return (await response.json()) as Completion; // what it is, the expectations say
}

export async function stream(request: object) {
  const response = await post({ model: 'gpt-4o', stream: true, ...request });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const events = (await response.text()).split('\n\n').filter((event) => event !== '');
  expect(events.pop()).toBe('data: [DONE]');
  return events.map((event) => JSON.parse(event.slice('data: '.length)));
}

export function names(reply: Completion) {
  return reply.choices[0].message.tool_calls.map((call) => call.function.name);
}
