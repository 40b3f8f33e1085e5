import { buildTrace } from '../../../../cli/local/trace/build-trace';
import { span, spans } from './spans';

describe('buildTrace', () => {
  test('puts each span below its parent, the earlier first', () => {
    const tree = buildTrace(spans);
    expect(outline(tree.roots)).toEqual(['1', ' 2', '  3', '  4', '   5', '    6']);
    expect(tree).toMatchObject({ spanCount: 6, orphanCount: 0, errorCount: 0 });
    expect(tree.services).toEqual(['coordinator', 'researcher', 'echo-search']);
  });

  test('counts tokens once, where they were used, and not again in the sums above', () => {
    expect(buildTrace(spans).tokens).toEqual({ input: 820 + 384, output: 64 + 246 });
  });

  test('a span whose parent is absent is an orphan', () => {
    const tree = buildTrace([span('1', null, 'a', 'root', 0, 9), span('2', '99', 'b', 'lost', 1, 2)]);
    expect(tree.roots.map((node) => node.orphan)).toEqual([false, true]);
    expect(tree.orphanCount).toBe(1);
  });

  test('the same span id in another trace is another span', () => {
    const other = { ...span('1', null, 'b', 'other', 5, 6), traceId: 'f'.repeat(32) };
    expect(buildTrace([span('1', null, 'a', 'one', 0, 9), other]).roots).toHaveLength(2);
  });

  test('spans that are each other’s ancestors are all there, one of them an orphan', () => {
    const ring = [
      span('3', '2', 'a', 'leaf', 2, 3),
      span('1', '2', 'a', 'x', 0, 3),
      span('2', '1', 'a', 'y', 1, 3),
    ];
    const tree = buildTrace(ring);
    expect(tree).toMatchObject({ spanCount: 3, orphanCount: 1 });
    expect(outline(tree.roots)).toEqual(['2', ' 1', ' 3']);
  });

  test('nothing gives an empty tree', () => {
    expect(buildTrace([])).toMatchObject({ roots: [], spanCount: 0, tokens: { input: 0, output: 0 } });
  });
});

function outline(nodes: ReturnType<typeof buildTrace>['roots'], indent = ''): string[] {
  return nodes.flatMap((node) => [
    indent + node.span.spanId.replace(/^0+/, ''),
    ...outline(node.children, `${indent} `),
  ]);
}
