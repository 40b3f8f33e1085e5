import { add, chat, echo, question, stream, useDemoModel } from './ask-demo-model';

useDemoModel();

describe('a stream', () => {
  test('joins to the same answer and ends with usage', async () => {
    const request = { messages: [question] };
    const whole = await chat(request);
    const chunks = await stream({ ...request, stream_options: { include_usage: true } });
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(
      whole.choices[0].message.content,
    );
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: 'stop' }], usage: null });
  });

  test('spells out tool calls piece by piece, without usage unless asked', async () => {
    const chunks = await stream({ messages: [question], tools: [echo, add] });
    const deltas = chunks.flatMap((chunk) => chunk.choices[0].delta.tool_calls ?? []);
    const argumentsOf = (index: number) =>
      deltas
        .filter((delta) => delta.index === index)
        .map((delta) => delta.function.arguments)
        .join('');
    expect(JSON.parse(argumentsOf(0))).toEqual({ message: 'What is 20 plus 22?' });
    expect(JSON.parse(argumentsOf(1))).toEqual({ a: 20, b: 22 });
    expect(deltas.filter((delta) => delta.id).map((delta) => delta.function.name)).toEqual(['echo', 'add']);
    expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
  });
});
