import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Container } from '../../../cli/local/objects';
import { buildPlan } from '../../../cli/local/plan';
import { Agent, MCPServer, ModelAPI, Tools } from '../../../constructs';
import { agentConfigFromEnv } from '../../../runtime/contract';
import { agentContainer, directory, local, useDirectory } from './localized';
import { deployment, numberedPorts, planOf, synthesized, workloadOf } from './small-chart';

useDirectory();

/** Text that speaks of addresses and paths without being one. */
const PROSE =
  'agent-lead:8000 answers; mcpserver-search too, see /etc/kaos/tools, /tmp/x or //mcpserver-search:8000 ($5)';

describe('what constructs make', () => {
  const plan = () =>
    buildPlan(
      synthesized((chart) => {
        const modelAPI = ModelAPI.proxy(chart, 'models', { provider: 'openai', models: ['gpt-4o'] });
        const tools = Tools.fromModule('apps/tools/echo.ts');
        const search = new MCPServer(chart, 'search', { tools });
        const aide = new Agent(chart, 'aide', { modelAPI, model: 'gpt-4o', description: `/tmp/x,${PROSE}` });
        new Agent(chart, 'lead', {
          modelAPI,
          model: 'gpt-4o',
          mcpServers: [search],
          subAgents: [aide],
          description: PROSE,
          instructions: `${PROSE}\nPost to http://agent-aide.tests.svc:8000/v1.`,
        });
      }),
    );

  test('an agent finds its peers here, and hears nothing else than in a cluster', () => {
    const known = plan();
    const ports = numberedPorts(known);
    const { command, env, readinessUrl } = local(known, 'lead');
    expect(command).toEqual(node('agent.js'));
    const config = agentConfigFromEnv(env);
    expect(config).toMatchObject({
      name: 'lead',
      description: PROSE,
      host: '127.0.0.1',
      port: ports.mainOf(workloadOf(known, 'lead')),
      modelUrl: ports.urlOf(workloadOf(known, 'models')),
      mcpServers: [{ name: 'search', url: ports.urlOf(workloadOf(known, 'search')) }],
      subAgents: [{ name: 'aide', url: ports.urlOf(workloadOf(known, 'aide')) }],
    });
    expect(readinessUrl).toBe(`http://127.0.0.1:${config.port}/ready`);
    expect(readFileSync(String(config.instructionsFile), 'utf8')).toBe(
      `${PROSE}\nPost to ${ports.urlOf(workloadOf(known, 'aide'))}/v1.`,
    );
    expect(local(known, 'aide').env.AGENT_DESCRIPTION).toBe(`/tmp/x,${PROSE}`);
  });

  test('a tool server finds its modules here', () => {
    const { command, env } = local(plan(), 'search');
    expect(command).toEqual(node('mcp-server.js'));
    expect(env.MCP_TOOL_MODULES).toBe(join(directory, 'tests/mcpserver-search/etc/kaos/tools/echo.js'));
    expect(readFileSync(String(env.MCP_TOOL_MODULES), 'utf8')).toContain('Echo: ');
  });

  test('a gateway has its configuration, its home, and the demo model as it has no key', () => {
    const known = plan();
    const { command, env, note } = local(known, 'models');
    const config = join(directory, 'tests/modelapi-models/etc/litellm/config.yaml');
    const port = String(numberedPorts(known).mainOf(workloadOf(known, 'models')));
    expect(command).toEqual([
      ...node('gateway.js'),
      ...['--host', '127.0.0.1', '--port', port, '--config', config],
      ...['--demo-model', '--running', `http://127.0.0.1:${port}`],
    ]);
    expect(note).toBe('demo model');
    expect(existsSync(config)).toBe(true);
    expect(env.HOME).toBe(join(directory, 'tests/modelapi-models/tmp'));
    expect(statSync(String(env.HOME)).isDirectory()).toBe(true);
  });

  test('a gateway without keys still asks the models that run beside it', () => {
    const hosted = deployment('modelapi', 'small', { container: HOSTED });
    const known = planOf([deployment('modelapi', 'models', { container: GATEWAY }), hosted]);
    expect(local(known, 'models').command.slice(-4)).toEqual([
      ...['--running', 'http://127.0.0.1:40000', '--running', 'http://127.0.0.1:40001'],
    ]);
  });

  test('hosted models are the demo model under their names', () => {
    const known = planOf([deployment('modelapi', 'small', { container: HOSTED, spec: { replicas: 3 } })]);
    expect(local(known, 'small')).toEqual({
      title: 'small',
      command: [
        ...[...node('gateway.js'), '--host', '127.0.0.1', '--port', '40000'],
        ...['--model', 'smollm2:135m', '--model', 'qwen3:0.6b'],
      ],
      env: {},
      readinessUrl: 'http://127.0.0.1:40000/',
      note: 'demo model, one process for 3 replicas',
      isForeign: false,
    });
  });

  test('a gateway whose Secret is here talks to the real model', () => {
    const env = [{ name: 'PROXY_API_KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'k' } } }];
    const known = planOf([deployment('modelapi', 'models', { container: { ...GATEWAY, env } })]);
    const started = local(known, 'models', new Map([['keys', new Map([['k', 'the-key']])]]));
    expect(started.command).not.toContain('--demo-model');
    expect(started.note).toBeUndefined();
    expect(started.env.PROXY_API_KEY).toBe('the-key');
  });
});

describe('a workload', () => {
  const probing = (port: string | number) => ({ httpGet: { path: '/ready', port } });

  test.each([
    ['agent', 'python', ['main.py']],
    ['modelapi', 'ollama', ['serve']],
    ['modelapi', 'litellm', ['--config']],
    ['modelapi', '/bin/sh', ['-c', 'script', 'ollama']],
  ] as const)('fails when it is %s and runs "%s %j"', (role, command, args) => {
    const container = { ...agentContainer(), command: [command], args: [...args] };
    expect(() => local(planOf([deployment(role, 'odd', { container })]), 'odd')).toThrow(
      new Error(
        'odd runs image image:1, which cannot run as a process of this machine; leave it out of the chart',
      ),
    );
  });

  test('fails when nothing tells when it is ready', () => {
    const { command } = agentContainer();
    expect(() => local(planOf([deployment('agent', 'lead', { container: { command } })]), 'lead')).toThrow(
      new Error('lead has no HTTP or TCP readiness probe; without one it is not known when it is ready'),
    );
  });

  test('fails when its probe asks a port that it does not have', () => {
    const container = { ...agentContainer(), readinessProbe: probing('web') };
    expect(() => local(planOf([deployment('agent', 'lead', { container })]), 'lead')).toThrow(
      new Error('lead: its readiness probe asks port "web", which it does not have; add it to its container'),
    );
  });

  test('is asked at the port that its probe gives by number', () => {
    const container = { ...agentContainer(), readinessProbe: probing(8000) };
    const { readinessUrl } = local(planOf([deployment('agent', 'lead', { container })]), 'lead');
    expect(readinessUrl).toBe('http://127.0.0.1:40000/ready');
  });

  test('is asked by TCP where its probe asks so', () => {
    const container = { ...agentContainer(), readinessProbe: { tcpSocket: { port: 'http' } } };
    const { readinessUrl } = local(planOf([deployment('agent', 'lead', { container })]), 'lead');
    expect(readinessUrl).toBe('tcp://127.0.0.1:40000');
  });
});

const GATEWAY = { ...agentContainer(), command: [], args: ['--config', '/etc/litellm/config.yaml'] };

const HOSTED: Partial<Container> = {
  command: ['/bin/sh', '-c', 'ollama serve & wait', 'ollama'],
  args: ['smollm2:135m', 'qwen3:0.6b'],
  ports: [{ name: 'http', containerPort: 11434 }],
  readinessProbe: { httpGet: { path: '/', port: 11434 } },
};

/** How a bundle is started, so that it ends with the command. */
function node(script: string): string[] {
  return [process.execPath, '--require', '/bin/of/kaos/end-with-parent.js', `/bin/of/kaos/${script}`];
}
