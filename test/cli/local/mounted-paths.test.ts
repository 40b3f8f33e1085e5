import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Container } from '../../../cli/local/objects';
import { agentContainer, directory, local, useDirectory } from './localized';
import { deployment, planOf, serviceOf } from './small-chart';

useDirectory();

describe('paths', () => {
  const container: Partial<Container> = {
    ...agentContainer(),
    volumeMounts: [
      { name: 'a', mountPath: '/etc/kaos' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
  const moved = (value: string) => {
    const env = [{ name: 'VALUE', value }];
    return local(planOf([deployment('agent', 'lead', { container: { ...container, env } })]), 'lead').env
      .VALUE;
  };

  test.each([
    ['/tmp', 'ROOT/tmp'],
    ['/etc/kaos/a.txt', 'ROOT/etc/kaos/a.txt'],
    ['/tmp/a,/etc/kaos/b,/usr/bin/c', 'ROOT/tmp/a,ROOT/etc/kaos/b,/usr/bin/c'],
  ])('%s is %s', (value, here) => {
    expect(moved(value)).toBe(here.replaceAll('ROOT', join(directory, 'tests/agent-lead')));
  });

  test.each([
    '/tmpfs/a',
    '/etc/kaosx',
    'etc/kaos/a',
    '/tmp/a is where it is',
    '/tmp/a, /tmp/b',
    'a,/tmp/b',
    'see /tmp/a',
    'file:///tmp/a',
  ])('%j stays', (value) => {
    expect(moved(value)).toBe(value);
  });

  test('move in arguments too, as do variables and addresses', () => {
    const args = ['--file', '/etc/kaos/a.txt', '--to=$(TARGET)', 'http://agent-lead:8000', '$$(TARGET)'];
    const env = [{ name: 'TARGET', value: 'x' }];
    const lead = deployment('agent', 'lead', { container: { ...container, args, env } });
    expect(local(planOf([lead], [serviceOf(lead)]), 'lead').command.slice(4)).toEqual([
      ...['--file', join(directory, 'tests/agent-lead/etc/kaos/a.txt'), '--to=x'],
      ...['http://127.0.0.1:40000', '$(TARGET)'],
    ]);
  });
});

test('an agent and a tool server of one name do not share files', () => {
  const given = (mountPath: string, text: string) => ({
    container: { ...agentContainer(), volumeMounts: [{ name: 'config', mountPath }] },
    volumes: [{ name: 'config', configMap: { name: text } }],
  });
  const texts = ['agent', 'tools'].map((name) => ({
    metadata: { name, namespace: 'tests', labels: {} },
    data: { 'a.txt': name },
  }));
  const plan = planOf(
    [
      deployment('agent', 'search', given('/etc/kaos', 'agent')),
      deployment('mcpserver', 'search', given('/etc/kaos', 'tools')),
    ],
    [],
    texts,
  );
  expect(local(plan, 'agent-search').title).toBe('agent-search');
  expect(local(plan, 'mcpserver-search').title).toBe('mcpserver-search');
  const textOf = (role: string) =>
    readFileSync(join(directory, `tests/${role}-search/etc/kaos/a.txt`), 'utf8');
  expect([textOf('agent'), textOf('mcpserver')]).toEqual(['agent', 'tools']);
});
