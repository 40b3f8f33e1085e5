import { Construct } from 'constructs';
import { agentsOf, chooseAgent, entryAgents } from '../../../cli/local/agents';
import { buildPlan } from '../../../cli/local/plan';
import { Agent, MCPServer, ModelAPI, Tools } from '../../../constructs';
import { chartOf, deployment, planOf, serviceOf, synthesized } from './small-chart';

/** Agents by name, each with the names of those that it delegates to. */
function team(agents: Readonly<Record<string, readonly string[]>>) {
  return buildPlan(
    synthesized((chart) => {
      const modelAPI = ModelAPI.proxy(chart, 'models', { provider: 'openai', models: ['gpt-4o'] });
      const made = new Map<string, Agent>();
      for (const [name, subAgents] of Object.entries(agents)) {
        const known = subAgents.flatMap((id) => made.get(id) ?? []);
        made.set(name, new Agent(chart, name, { modelAPI, model: 'gpt-4o', subAgents: known }));
      }
    }),
  );
}

describe('the agent that is asked', () => {
  test('is the one that nobody delegates to', () => {
    const plan = team({ writer: [], 'fact-checker': [], editor: ['writer', 'fact-checker'] });
    expect(entryAgents(plan).map(({ name }) => name)).toEqual(['editor']);
    expect(chooseAgent(plan, undefined).name).toBe('editor');
  });

  test('is any that is named', () => {
    expect(chooseAgent(team({ writer: [], editor: ['writer'] }), 'writer').name).toBe('writer');
  });

  test('is the agent, also where a tool server has its name', () => {
    const plan = buildPlan(
      synthesized((chart) => {
        const modelAPI = ModelAPI.proxy(chart, 'models', { provider: 'openai', models: ['gpt-4o'] });
        const tools = Tools.fromModule('apps/tools/echo.ts');
        const search = new MCPServer(new Construct(chart, 'tools'), 'search', { tools });
        new Agent(chart, 'search', { modelAPI, model: 'gpt-4o', mcpServers: [search] });
      }),
    );
    expect(chooseAgent(plan, 'search')).toMatchObject({ role: 'agent', title: 'agent-search' });
    expect(agentsOf(plan)).toHaveLength(1);
  });

  test('fails when it is not there', () => {
    expect(() => chooseAgent(team({ writer: [], editor: ['writer'] }), 'poet')).toThrow(
      new Error('chart research has no agent "poet"; it has: editor, writer'),
    );
  });

  test('fails when nobody delegates to several', () => {
    expect(() => chooseAgent(team({ writer: [], editor: ['writer'], poet: [] }), undefined)).toThrow(
      new Error(
        'chart research has several agents that nobody delegates to; name one with --agent: editor, poet',
      ),
    );
  });

  test('fails when each is delegated to', () => {
    const delegating = (name: string, other: string) =>
      deployment('agent', name, {
        container: {
          env: [
            { name: 'PEER_AGENTS', value: other },
            { name: `PEER_AGENT_${other.toUpperCase()}_CARD_URL`, value: `http://agent-${other}:8000` },
          ],
        },
      });
    const pair = [delegating('one', 'two'), delegating('two', 'one')];
    const plan = planOf(
      pair,
      pair.map((agent) => serviceOf(agent)),
    );
    expect(() => chooseAgent(plan, undefined)).toThrow(
      new Error('chart small has no agent that nobody delegates to; name one with --agent: one, two'),
    );
  });

  test.each([undefined, 'lead'])('fails when there is no agent at all (asked for: %s)', (name) => {
    expect(() => chooseAgent(planOf([deployment('mcpserver', 'search')]), name)).toThrow(
      new Error('chart small has no agent to ask; add one to it'),
    );
  });

  describe('of several charts', () => {
    const charts = buildPlan([
      chartOf([deployment('agent', 'lead'), deployment('agent', 'aide')], [], [], 'one'),
      chartOf([deployment('agent', 'lead', { namespace: 'elsewhere' })], [], [], 'two'),
    ]);

    test('is any whose name or title says which', () => {
      expect(chooseAgent(charts, 'aide').chart).toBe('one');
      expect(chooseAgent(charts, 'agent-lead.elsewhere').chart).toBe('two');
    });

    test.each([
      ['lead', 'several agents "lead"; name one with --agent: agent-lead.elsewhere, agent-lead.tests'],
      ['poet', 'no agent "poet"; they have: agent-lead.elsewhere, agent-lead.tests, aide'],
      [
        undefined,
        'several agents that nobody delegates to; name one with --agent: agent-lead.elsewhere, agent-lead.tests, aide',
      ],
    ])('fails when %s is asked for', (name, problem) => {
      expect(() => chooseAgent(charts, name)).toThrow(new Error(`charts one, two have ${problem}`));
    });
  });

  test('someone else’s agent is no reason to fail', () => {
    const lead = deployment('agent', 'lead', {
      container: {
        env: [
          { name: 'PEER_AGENTS', value: 'far,lost,odd' },
          { name: 'PEER_AGENT_FAR_CARD_URL', value: 'https://agents.example.com' },
          { name: 'PEER_AGENT_ODD_CARD_URL', value: 'no url' },
        ],
      },
    });
    expect(entryAgents(planOf([lead], [serviceOf(lead)]))).toHaveLength(1);
  });
});
