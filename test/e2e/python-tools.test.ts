import { childrenOf, isAlive } from '../support/children';
import { endAll, Kaos, kaos, resultsIn } from '../support/kaos';
import { until } from '../support/http';
import { describeWithPython } from '../support/python';
import { paths, type Span } from '../support/span-edges';

jest.setTimeout(120_000);

const QUESTION = 'Say hello, and summarize 1 and 3';

interface Results {
  readonly status: string;
  readonly answer: string;
  readonly traceId: string;
  readonly spans: readonly Span[];
}

afterEach(() => endAll());

describeWithPython('an agent with tools in Python', () => {
  test('answers with what its tools returned, in one trace', async () => {
    const ended = await kaos('run', 'python-tools', '--message', QUESTION, '--json');
    expect(ended).toMatchObject({ code: 0 });
    const { status, answer, traceId, spans } = resultsIn(ended) as Results;
    expect(status).toBe('ok');
    expect(answer).toContain(`Echo: ${QUESTION}`);
    expect(answer).toContain('"deviation"');
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(spans.filter((span) => span.status !== 'ok')).toEqual([]);
    const served = paths(spans).filter((path) => path.includes('tools/call'));
    expect(served).toHaveLength(3);
    for (const path of served) expect(path).toMatch(/mcp\.tool\.(\w+) > [^>]*tools\/call \1$/);
  });

  test('leaves nothing behind when the command is killed', async () => {
    const command = new Kaos('up', 'python-tools');
    await command.printed(/running/);
    const children = childrenOf(Number(command.child.pid));
    expect(children).toHaveLength(4);
    command.child.kill('SIGKILL');
    await until(() => children.every((pid) => !isAlive(pid)));
  });
});
