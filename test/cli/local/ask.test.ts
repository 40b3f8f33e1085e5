import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { ask, curlLine } from '../../../cli/local/ask';
import { listenHttp, type Listening, nobodyAt } from '../../support/http';

const never = new AbortController().signal;
let agent: Listening | undefined;

afterEach(() => agent?.close());

async function answering(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Promise<string> {
  agent = await listenHttp((_request, response) => void response.writeHead(status, headers).end(body));
  return agent.url;
}

describe('an outcome', () => {
  test('is the answer, with the trace that tells of it', async () => {
    const traceresponse = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const url = await answering(200, '{"choices":[{"message":{"content":"42"}}]}', { traceresponse });
    expect(await ask({ url }, 'What?', never)).toEqual({
      status: 'ok',
      answer: '42',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      durationMs: expect.any(Number),
    });
  });

  test.each([
    ['in OpenAI’s words', '{"error":{"message":"the model is away"}}', '502: the model is away'],
    ['in other words', '<html>busy</html>', '502: <html>busy</html>'],
  ])('is an error %s', async (_how, body, answer) => {
    expect(await ask({ url: await answering(502, body) }, 'What?', never)).toMatchObject({
      status: 'error',
      answer,
      traceId: null,
    });
  });
});

describe('asking', () => {
  test('fails when nobody listens', async () => {
    const { url } = await nobodyAt();
    await expect(ask({ url }, 'What?', never)).rejects.toMatchObject({
      name: 'UserError',
      message: `the agent at ${url} ended before it had answered`,
    });
  });

  test('fails when the agent dies in the middle of its answer', async () => {
    agent = await listenHttp((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => response.destroy());
    });
    await expect(ask({ url: agent.url }, 'What?', never)).rejects.toMatchObject({
      name: 'UserError',
      message: `the agent at ${agent.url} ended before it had answered`,
    });
  });

  test('fails when it is interrupted', async () => {
    const controller = new AbortController();
    agent = await listenHttp(() => controller.abort('SIGINT'));
    await expect(ask({ url: agent.url }, 'What?', controller.signal)).rejects.toMatchObject({
      message: 'stopped before the agent had answered',
    });
  });
});

test('the curl line asks the same, whatever the question holds', async () => {
  const message = `it's "quoted" \\ $HOME \`id\`\n!`;
  const bodies: string[] = [];
  agent = await listenHttp((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
    void once(request, 'end').then(() => response.end('{"choices":[{"message":{"content":"42"}}]}'));
  });
  await ask({ url: agent.url }, message, never);
  const words = execFileSync('sh', [
    '-c',
    `curl() { printf '%s\\0' "$@"; }; ${curlLine({ url: agent.url }, message)}`,
  ]);
  const [, url, , header, , body] = words.toString().split('\0');
  expect([url, header]).toEqual([`${agent.url}/v1/chat/completions`, 'content-type: application/json']);
  expect(body).toBe(bodies.join(''));
});

describe('an agent that asks for a key', () => {
  test('is shown it', async () => {
    const shown: (string | undefined)[] = [];
    agent = await listenHttp((request, response) => {
      shown.push(request.headers.authorization);
      response.end('{"choices":[{"message":{"content":"42"}}]}');
    });
    await ask({ url: agent.url, key: 'the-key' }, 'What?', never);
    expect(shown).toEqual(['Bearer the-key']);
  });

  test('has it in the curl line when it stands for one alone', () => {
    const url = 'http://127.0.0.1:8000';
    expect(curlLine({ url, key: 'the-key' }, 'What?')).toContain('-H "authorization: Bearer $AGENT_API_KEY"');
    expect(curlLine({ url, key: 'sk-not-on-this-machine' }, 'What?')).toContain(
      '-H "authorization: Bearer sk-not-on-this-machine"',
    );
  });
});
