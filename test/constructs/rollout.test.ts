import { Agent, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from '../../constructs';
import { synth } from '../support/synth';

interface Team {
  readonly instructions?: string;
  readonly models?: string[];
  readonly endpoint?: string;
}

/** The pod template of each workload of a small team, by name. */
function templates({
  instructions = 'Answer.',
  models = ['a'],
  endpoint = 'backend:4317',
}: Team): Map<string, string> {
  const manifests = synth((scope) => {
    const modelAPI = ModelAPI.proxy(scope, 'llm', { models });
    const tools = Tools.fromModule('test/constructs/tool-modules/greet.ts');
    const mcpServers = [new MCPServer(scope, 'greeter', { tools })];
    const helper = new Agent(scope, 'helper', { modelAPI, model: 'a', mcpServers, instructions });
    new Agent(scope, 'lead', { modelAPI, model: 'a', subAgents: [helper], instructions: 'Delegate.' });
    new TelemetryStack(scope, 'telemetry', { exporters: [OtlpExporter.otlp({ endpoint })] });
  });
  const deployments = manifests.filter(({ kind }) => kind === 'Deployment');
  return new Map(deployments.map(({ metadata, spec }) => [metadata.name, JSON.stringify(spec.template)]));
}

function rolled(change: Team): string[] {
  const before = templates({});
  return [...templates(change)]
    .filter(([name, template]) => before.get(name) !== template)
    .map(([name]) => name);
}

test('the same source rolls nothing', () => {
  expect(rolled({})).toEqual([]);
});

test("an agent's instructions roll that agent", () => {
  expect(rolled({ instructions: 'Answer politely.' })).toEqual(['agent-helper']);
});

test('another model in the gateway rolls the gateway', () => {
  expect(rolled({ models: ['a', 'b'] })).toEqual(['modelapi-llm']);
});

test('another backend rolls the collector', () => {
  expect(rolled({ endpoint: 'elsewhere:4317' })).toEqual(['otel-collector-telemetry']);
});
