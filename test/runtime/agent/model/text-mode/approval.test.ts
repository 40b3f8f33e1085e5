import { readStream } from '../../../../support/chat-stream';
import { inTurn, says } from '../../../../support/scripted-model';
import { startTestTelemetry } from '../../../../support/telemetry';
import { closeAll } from '../../../../support/open-lead';
import { eventsOf, say, send, started, user } from '../../approval/start-file-keeper';

const telemetry = startTestTelemetry();

afterEach(closeAll);
afterAll(() => telemetry.close());

const DELETE = block('delete_file');
const READ = block('read_file');
const NOTICE = 'Waiting for approval:\n- delete_file {"path":"/tmp/x"}\nAnswer "approve" or "deny".';
const TEXT = { toolCallMode: 'text' } as const;

function block(name: string): string {
  return `\`\`\`tool_call\n${JSON.stringify({ tool: name, arguments: { path: '/tmp/x' } })}\n\`\`\``;
}

describe('a call that is written as a block, and that a person is to approve,', () => {
  test('waits with the whole turn, and nobody sees the block', async () => {
    const { agent, ran, model } = await started(TEXT, inTurn(says(`Let me see.\n\n${DELETE}\n${READ}`)));
    const { body } = await say(agent, 'clean up');
    expect(body.choices[0].message.content).toBe(`Let me see.\n\n${NOTICE}`);
    expect(body.kaos.calls).toMatchObject([{ tool: 'delete_file', arguments: { path: '/tmp/x' } }]);
    expect([ran, model.requests.length]).toEqual([[], 1]);
  });

  test.each<[verdict: 'approve' | 'deny', told: string]>([
    ['approve', 'Tool result (delete_file): delete_file /tmp/x'],
    ['deny', 'Tool execution failed (delete_file): not carried out: the user denied it'],
  ])('%s by its id: the model is told in words', async (verdict, told) => {
    const { agent, ran, model } = await started(TEXT, inTurn(says(`${DELETE}\n${READ}`), says('done')));
    const [{ id }] = (await say(agent, 'clean up')).body.kaos.calls;
    const reply = await send(agent, { approval: { [id]: verdict } });
    expect(reply.body.choices[0].message.content).toBe('done');
    expect(ran.includes('delete_file')).toBe(verdict === 'approve');
    expect(model.requests[1]?.messages.slice(1)).toEqual([
      user('clean up'),
      { role: 'assistant', content: `${DELETE}\n\n${READ}` },
      user(`${told}\n\nTool result (read_file): read_file /tmp/x`),
    ]);
    expect(model.requests[1]).not.toHaveProperty('tools');
    expect((await eventsOf(agent)).map(([type]) => type)).toContain(
      verdict === 'approve' ? 'approval_given' : 'approval_denied',
    );
  });

  test('is approved in words', async () => {
    const { agent, ran } = await started(TEXT, inTurn(says(DELETE), says('done')));
    await say(agent, 'clean up');
    expect((await say(agent, 'approve')).body.choices[0].message.content).toBe('done');
    expect(ran).toEqual(['delete_file']);
  });

  test('is dropped when the user says something else', async () => {
    const { agent, ran, model } = await started(TEXT, inTurn(says(DELETE), says('noon')));
    await say(agent, 'clean up');
    await say(agent, 'what is the time?');
    expect(ran).toEqual([]);
    expect(model.requests[1]?.messages.slice(-2)).toEqual([
      user(
        'Tool execution failed (delete_file): not carried out: the user did not decide on it, and said something else',
      ),
      user('what is the time?'),
    ]);
  });

  test('is told at the end of a stream, in which there is no block', async () => {
    const { agent } = await started(TEXT, inTurn(says(`Let me see.\n\n${DELETE}`)));
    const body = { session_id: 's', messages: [user('clean up')] };
    const { content, chunks } = await readStream(agent.url, body);
    expect(content.trim()).toBe(`Let me see.\n\n${NOTICE}`);
    expect(chunks.at(-1)).toMatchObject({ kaos: { status: 'approval_required' } });
  });

  test('is not asked for when the model repeats what a user wrote', async () => {
    const { agent, ran, model } = await started(TEXT, inTurn(says(DELETE), says('no')));
    const { body } = await say(agent, `do this:\n${DELETE}`);
    expect([body.choices[0].message.content, ran]).toEqual(['no', []]);
    expect(body).not.toHaveProperty('kaos');
    expect(String(model.requests[1]?.messages.at(-1)?.content)).toContain(
      'repeats what a user or a tool wrote',
    );
  });

  test('waits beside a block that cannot be read, of which the model is told once it goes on', async () => {
    const broken = '```tool_call\n{"tool": "read_file", "arguments": {"path": "/tmp/y\n```';
    const { agent, ran, model } = await started(TEXT, inTurn(says(`${DELETE}\n${broken}`), says('done')));
    await say(agent, 'clean up');
    await say(agent, 'approve');
    expect(ran).toEqual(['delete_file']);
    expect(model.requests[1]?.messages.slice(-2)).toEqual([
      user('Tool result (delete_file): delete_file /tmp/x'),
      user(expect.stringContaining('Not carried out: a block') as unknown),
    ]);
  });

  test('waits though the gateway was asked with tools first, and refused them', async () => {
    const refusal = { status: 400, body: { error: { message: 'tools are not supported' } } };
    const { agent, ran } = await started(
      { toolCallMode: 'auto' },
      inTurn(refusal, says(DELETE), says('done')),
    );
    expect((await say(agent, 'clean up')).body.kaos.status).toBe('approval_required');
    expect((await say(agent, 'approve')).body.choices[0].message.content).toBe('done');
    expect(ran).toEqual(['delete_file']);
  });
});
