import { type Construct } from 'constructs';
import { Agent, MCPServer, ModelAPI, Tools } from '../../../constructs';
import { mcpServerUrlVariable, peerAgentUrlVariable } from '../../../runtime/contract';
import { problemsOf } from '../../support/synth';

const url = 'http://elsewhere.example.com';
const tools = Tools.fromModule('test/constructs/tool-modules/greet.ts');

type Build = (scope: Construct, env: Record<string, string>) => void;

const agent: Build = (scope, env) => {
  const modelAPI = ModelAPI.fromUrl(scope, 'models', { url: 'https://llm.example.com', models: ['*'] });
  new Agent(scope, 'it', { modelAPI, model: 'gpt-4o', env });
};
const server: Build = (scope, env) => void new MCPServer(scope, 'it', { tools, env });
const proxy: Build = (scope, env) => void ModelAPI.proxy(scope, 'it', { models: ['gpt-4o'], env });
const hosted: Build = (scope, env) => void ModelAPI.hosted(scope, 'it', { models: ['smollm2:135m'], env });

test.each<[string, Build, string]>([
  ['MODEL_API_URL', agent, 'modelAPI'],
  [mcpServerUrlVariable('search'), agent, 'mcpServers'],
  [peerAgentUrlVariable('helper'), agent, 'subAgents'],
  ['MEMORY_REDIS_URL', agent, 'memory'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', agent, 'telemetry.endpoint'],
  ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', server, 'telemetry.endpoint'],
  ['OTEL_ENDPOINT', proxy, 'telemetry.endpoint'],
])('fails when env sets %s', (variable, build, prop) => {
  expect(problemsOf((scope) => build(scope, { [variable]: url }))).toEqual([
    `[research/it] env sets ${variable}, of which the network policy knows nothing; give ${prop}`,
  ]);
});

test('what a variable means to somebody else alone is let through', () => {
  expect(problemsOf((scope) => server(scope, { MODEL_API_URL: url }))).toEqual([]);
  expect(problemsOf((scope) => hosted(scope, { OTEL_EXPORTER_OTLP_ENDPOINT: url }))).toEqual([]);
});
