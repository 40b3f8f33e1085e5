import { buildTrace } from '../../../../cli/local/trace/build-trace';
import { renderTrace } from '../../../../cli/local/trace/render-trace';
import { cells } from '../../../../cli/local/trace/text';
import { span, spans } from './spans';

const CALLER = '0af7651916cd43dd8448eb211c80319c';

describe('renderTrace', () => {
  test('draws tree, models, tokens, durations and bars', () => {
    expect(renderTrace(buildTrace(spans), { width: 80, color: false }).split('\n')).toEqual([
      'trace 4bf92f35…  1 root · 6 spans · 3 services · 312 ms',
      '  1,204 tokens in / 310 out · 0 errors',
      'coordinator  agent.agentic_loop  gpt-4o  1,020→128      312 ms  ████████████████',
      'coordinator  └─ agent.step.1                            200 ms  ██████████▎',
      'coordinator     ├─ model.inference  gpt-4o  820→64       31 ms  █▊',
      'coordinator     └─ delegate.researcher                  140 ms   ███████▉',
      'researcher         └─ agent.agentic_loop  384→246       136 ms   ███████▉',
      'echo-search           └─ tools/call echo                 49 ms     ██▋',
    ]);
  });

  test('shows what failed and why, on one line each', () => {
    const failed = span('2', '1', 'calculator', 'tools/call add', 1, 1.2, {
      status: 'error',
      statusMessage: 'division\nby zero',
    });
    const text = renderTrace(buildTrace([span('1', null, 'analyst', 'tool.add', 0, 9), failed]), {
      width: 100,
      color: false,
    });
    expect(text).toContain('1 error');
    expect(text).toMatch(/^calculator {2}└─ ✗ tools\/call add {2} *0\.2 ms {2} *▋?▏?/m);
    expect(text).toMatch(/^ {18}division by zero$/m);
  });

  test('says to which other traces a span is linked, once each', () => {
    const links = [CALLER, '4bf92f3577b34da6a3ce929d0e0e4736', CALLER].map((traceId) => ({
      traceId,
      spanId: 'b7ad6b7169203331',
      attributes: {},
    }));
    const tree = buildTrace([span('1', null, 'lead', 'agent.agentic_loop', 0, 9, { links })]);
    const [, line] = renderTrace(tree, { width: 100, color: false }).split('\n');
    expect(line).toMatch(/^lead {2}agent\.agentic_loop {2}\(linked to trace 0af76519…\) {2}9 ms/);
  });

  test.each([60, 80, 100, 200])('no line is wider than %d columns', (width) => {
    const deep = Array.from({ length: 60 }, (_, index) =>
      span(
        String(index + 1),
        index === 0 ? null : String(index),
        '調査'.repeat(9),
        `名前-${'x'.repeat(index)}`,
        index,
        99,
        {
          status: 'error',
          statusMessage: 'too long '.repeat(50),
        },
      ),
    );
    const lines = renderTrace(buildTrace(deep), { width, color: false }).split('\n');
    expect(Math.max(...lines.map(cells))).toBeLessThanOrEqual(width);
  });

  test('every span has a bar, however short, early or late', () => {
    const short = [
      span('1', null, 'a', 'all', 0, 1e6),
      span('2', '1', 'a', 'first', 0, 0),
      span('3', '1', 'a', 'last', 1e6, 1e6),
    ];
    const [, ...lines] = renderTrace(buildTrace(short), { width: 80, color: false }).split('\n');
    for (const line of lines) expect(line).toMatch(/[▏▎▍▌▋▊▉█]$/);
  });

  test('text from the network cannot steer the terminal', () => {
    const nasty = span('1', null, '\u001b[31mevil\u0007', '\u001b]0;title\u0007na\u202eme\n\r\u009b2J', 0, 1);
    const text = renderTrace(buildTrace([nasty]), { width: 80, color: false });
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text.split('\n')).toHaveLength(2);
  });

  test('colours only when asked, and the text is the same without them', () => {
    const tree = buildTrace([...spans, span('7', '1', 'researcher', 'broken', 1, 2, { status: 'error' })]);
    const plain = renderTrace(tree, { width: 100, color: false });
    const colored = renderTrace(tree, { width: 100, color: true });
    expect(plain).not.toContain('\u001b');
    expect(colored).toContain('\u001b[31m✗ broken\u001b[39m');
    // eslint-disable-next-line no-control-regex -- escape sequences are what is removed
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(plain);
  });

  test('ten thousand spans, deep or wide, are bounded and say what is not shown', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) =>
      span(String(index + 1), index === 0 ? null : String(index), 'a', 'deep', index, 10_000),
    );
    const star = chain.map((one, index) => ({
      ...one,
      parentSpanId: index === 0 ? null : (chain[0]?.spanId ?? null),
    }));
    for (const shape of [chain, star]) {
      const lines = renderTrace(buildTrace(shape), { width: 100, color: false }).split('\n');
      expect(lines).toHaveLength(1 + 500 + 1);
      expect(lines.at(-1)).toBe('… 9,500 more spans not shown');
    }
  });
});
