import { type Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPlan } from '../../../cli/local/plan';
import { withRemoteStandIns } from '../../../cli/local/remote-stand-ins';
import { noSecrets, type Secrets } from '../../../cli/local/secrets';
import { Agent, MCPServer, ModelAPI } from '../../../constructs';
import { directory, useDirectory } from './localized';
import { synthesized } from './small-chart';

useDirectory();

const file = () => join(directory, 'tools.lock.json');

/** Knows servers `research/<name>`, each with a tool; one called `empty` with none. */
function lockTools(...names: string[]): void {
  const tool = { description: 'Finds', inputSchema: { type: 'object' }, digest: 'sha256:0' };
  const servers = names.map((name) => [
    `research/${name}`,
    { tools: name === 'empty' ? {} : { find: tool } },
  ]);
  writeFileSync(file(), JSON.stringify({ servers: Object.fromEntries(servers) as unknown }));
}

/** Agents that all call remote servers of these names and addresses. */
function planWith(servers: Readonly<Record<string, string>>, agents = ['clerk']) {
  return buildPlan(
    synthesized((chart: Chart) => {
      const modelAPI = ModelAPI.hosted(chart, 'models', { models: ['small:1b'] });
      const remote = new Construct(chart, 'remote');
      const mcpServers = Object.entries(servers).map(([name, url]) =>
        MCPServer.fromUrl(remote, name, { url }),
      );
      for (const name of agents) new Agent(chart, name, { modelAPI, model: 'small:1b', mcpServers });
    }),
  );
}

const titles = (plan: ReturnType<typeof planWith>, secrets: Secrets = noSecrets) =>
  [...withRemoteStandIns(plan, secrets, file()).standIns].map(([name, { title }]) => [name, title]);

test('each server that the lock knows is stood in for once, and no other', () => {
  lockTools('tickets', 'empty');
  const url = (name: string) => `https://${name}.example.com/mcp`;
  const plan = planWith({ tickets: url('tickets'), empty: url('empty'), crm: url('crm') }, ['clerk', 'lead']);
  const stoodIn = withRemoteStandIns(plan, noSecrets, file());
  expect([...stoodIn.standIns.keys()]).toEqual(['research/tickets']);
  expect(stoodIn.plan.workloads).toEqual([...plan.workloads, stoodIn.standIns.get('research/tickets')]);
});

test('one that is called as something else in the plan is told apart', () => {
  lockTools('clerk');
  const plan = planWith({ clerk: 'https://clerk.example.com' });
  expect(titles(plan)).toEqual([['research/clerk', 'research/clerk']]);
});

test('one on this machine needs none', () => {
  lockTools('tickets', 'crm');
  const plan = planWith({ tickets: 'http://host.docker.internal:9000/mcp', crm: 'http://127.0.0.1:9000' });
  expect(titles(plan)).toEqual([]);
});

test('where there are Secrets the servers themselves are called', () => {
  lockTools('tickets');
  const plan = planWith({ tickets: 'https://tickets.example.com' });
  expect(titles(plan)).toEqual([['research/tickets', 'tickets']]);
  expect(titles(plan, new Map([['any', new Map()]]))).toEqual([]);
});

test('fails when the lock is none, where it is of use', () => {
  writeFileSync(file(), '{');
  expect(titles(planWith({}))).toEqual([]);
  expect(() => titles(planWith({ tickets: 'https://tickets.example.com' }))).toThrow('is no lock of tools');
});
