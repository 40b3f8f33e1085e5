import fc from 'fast-check';
import { byName } from '../../../../runtime/agent/tools/tool-names';
import { type Tool } from '../../../../runtime/agent/tools/tools';
import { executeTool } from '../../../../runtime/telemetry/tool-operations';

function tool(origin: string, name: string): Tool {
  const call = () => Promise.resolve(`${origin}/${name}`);
  const spec = { name, description: '', parameters: {} };
  return { kind: 'tool', name, origin, spec, operation: executeTool(name), call };
}

function namesOf(tools: readonly Tool[], taken: readonly string[] = []): Record<string, string> {
  const named = byName(tools, new Set(taken));
  return Object.fromEntries([...named].map(([name, { origin, name: own }]) => [name, `${origin}/${own}`]));
}

test('a tool is called by its own name where no other has it', () => {
  expect(namesOf([tool('x', 'search'), tool('y', 'read')])).toEqual({ search: 'x/search', read: 'y/read' });
});

test('tools that share a name are called by their server as well', () => {
  const tools = [tool('x', 'search'), tool('y', 'search')];
  expect(namesOf(tools)).toEqual({ x_search: 'x/search', y_search: 'y/search' });
  expect(namesOf([tool('x', 'search')], ['search'])).toEqual({ x_search: 'x/search' });
});

test('a name that is made up is nobody else’s', () => {
  const tools = [tool('x', 'search'), tool('y', 'search'), tool('y', 'x_search')];
  const names = namesOf(tools);
  expect(names).toMatchObject({ x_search: 'y/x_search', y_search: 'y/search' });
  expect(Object.keys(names).find((name) => names[name] === 'x/search')).toMatch(/^x_search_[0-9a-f]{6}$/);
});

test('what the API does not take as a name is written in what it takes', () => {
  const long = 'a'.repeat(70);
  const names = namesOf([tool('x', 'admin.tools.list'), tool('x', long), tool('x', 'größe')]);
  expect(names).toMatchObject({ admin_tools_list: 'x/admin.tools.list', gr__e: 'x/größe' });
  expect(Object.keys(names)[1]).toMatch(/^a{57}_[0-9a-f]{6}$/);
});

test('none is lost, whatever they are called, and names do not follow from the order', () => {
  const name = fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', '_', '.', 'x') });
  const origin = fc.constantFrom('x', 'x_a', 'a', 'b');
  const tools = fc.uniqueArray(fc.record({ origin, name }), {
    selector: (one) => `${one.origin}/${one.name}`,
    maxLength: 12,
  });
  fc.assert(
    fc.property(tools, fc.subarray(['a', 'b', 'x_a', 'a_b']), (listed, taken) => {
      const all = listed.map((one) => tool(one.origin, one.name));
      const names = namesOf(all, taken);
      expect(Object.keys(names)).toHaveLength(all.length);
      for (const called of Object.keys(names)) expect(called).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      expect(Object.keys(names).filter((called) => taken.includes(called))).toEqual([]);
      expect(namesOf(all.reverse(), taken)).toEqual(names);
    }),
  );
});
