import { buildDemoModel } from '../../../../cli/local/demo-model/demo-model';
import { add, assistantCall, chat, echo, names, question, useDemoModel } from './ask-demo-model';

useDemoModel();

describe('a conversation', () => {
  test('every tool is called once, in parallel, and the answer holds every result', async () => {
    const { choices } = await chat({ messages: [question], tools: [echo, add] });
    expect(choices[0].finish_reason).toBe('tool_calls');
    const { tool_calls: calls } = choices[0].message;
    expect(calls.map((call) => [call.function.name, JSON.parse(call.function.arguments)])).toEqual([
      ['echo', { message: 'What is 20 plus 22?' }],
      ['add', { a: 20, b: 22 }],
    ]);

    const results = [
      { role: 'tool', tool_call_id: calls[0]?.id, content: 'Echo: What is 20 plus 22?' },
      { role: 'tool', tool_call_id: calls[1]?.id, content: 'Error: connect ECONNREFUSED' },
    ];
    const end = await chat({ messages: [question, choices[0].message, ...results], tools: [echo, add] });
    expect(end.choices[0]).toMatchObject({ finish_reason: 'stop' });
    expect(end.choices[0].message.content).toBe(
      'Here is what I found about: What is 20 plus 22?\n' +
        '- echo: Echo: What is 20 plus 22?\n' +
        '- add failed: Error: connect ECONNREFUSED',
    );
  });

  test('a new question has every tool called again', async () => {
    const [first, second] = [question, { role: 'user', content: [{ type: 'text', text: 'And 1 plus 2?' }] }];
    const before = [first, assistantCall('c1', 'add'), { role: 'tool', tool_call_id: 'c1', content: '42' }];
    const reply = await chat({
      messages: [...before, { role: 'assistant', content: '42' }, second],
      tools: [add],
    });
    expect(JSON.parse(reply.choices[0].message.tool_calls[0]?.function.arguments ?? '')).toEqual({
      a: 1,
      b: 2,
    });
  });

  test('one at a time when the request forbids parallel calls', async () => {
    const one = { tools: [echo, add], parallel_tool_calls: false };
    const reply = await chat({ messages: [question], ...one });
    expect(names(reply)).toEqual(['echo']);
    const done = { role: 'tool', tool_call_id: 'c1', content: 'x' };
    expect(names(await chat({ messages: [question, assistantCall('c1', 'echo'), done], ...one }))).toEqual([
      'add',
    ]);
  });

  test('tool_choice is respected', async () => {
    const tools = [echo, add];
    const named = { type: 'function', function: { name: 'add' } };
    expect(names(await chat({ messages: [question], tools, tool_choice: named }))).toEqual(['add']);
    const none = await chat({ messages: [question], tools, tool_choice: 'none' });
    expect(none.choices[0].message.content).toContain('You asked: What is 20 plus 22?');
  });

  test('results that merely speak of errors are not called failed', async () => {
    const content = 'The error rate fell to 5 %.\nError: was yesterday.';
    const messages = [question, assistantCall('c1', 'echo'), { role: 'tool', tool_call_id: 'c1', content }];
    expect((await chat({ messages, tools: [echo] })).choices[0].message.content).toContain(
      '- echo:\n  The error rate fell to 5 %.\n  Error: was yesterday.',
    );
  });

  test('tokens are four characters each, whatever ids the calls have', async () => {
    const { usage } = await chat({ messages: [{ role: 'user', content: 'x'.repeat(41) }] });
    expect(usage.prompt_tokens).toBe(11);
    expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
    const usages = await Promise.all(
      ['c1', 'another-id'].map(async (id) => {
        const messages = [
          question,
          assistantCall(id, 'echo'),
          { role: 'tool', tool_call_id: id, content: 'x' },
        ];
        return (await chat({ messages })).usage;
      }),
    );
    expect(usages[0]).toEqual(usages[1]);
  });

  test('two servers that are asked the same say the same', async () => {
    const ask = async () => {
      const server = buildDemoModel();
      const payload = { model: 'm', messages: [question], tools: [add] };
      const response = await server.inject({ method: 'POST', url: '/v1/chat/completions', payload });
      await server.close();
      return response.body;
    };
    expect(await ask()).toBe(await ask());
  });
});
