import { type TraceNode, type TraceTree } from './build-trace';

/** A span's place in the drawing: the lines to its left, and those below it. */
export interface Row {
  readonly node: TraceNode;
  readonly depth: number;
  /** Branch lines before the name, such as `│  ├─ `. */
  readonly branch: string;
  /** Branch lines on a second line of the same span, such as `│  │  `. */
  readonly below: string;
}

/** The first `limit` spans of the tree from its top, each parent before its children. */
export function flatten(tree: TraceTree, limit: number): Row[] {
  const rows: Row[] = [];
  const waiting: Row[] = [];
  const push = (nodes: readonly TraceNode[], depth: number, left: string) => {
    const last = nodes.length - 1;
    // Of siblings beyond the limit none can be shown, so they need no row.
    for (let index = Math.min(last, limit); index >= 0; index -= 1) {
      const node = nodes[index];
      if (!node) continue;
      const branch = depth === 0 ? '' : left + (index === last ? '└─ ' : '├─ ');
      const stem = depth === 0 ? '' : left + (index === last ? '   ' : '│  ');
      waiting.push({ node, depth, branch, below: stem + (node.children.length > 0 ? '│  ' : '   ') });
    }
  };
  push(tree.roots, 0, '');
  while (rows.length < limit) {
    const row = waiting.pop();
    if (!row) break;
    rows.push(row);
    push(row.node.children, row.depth + 1, row.below.slice(0, -3));
  }
  return rows;
}
