import { type Construct } from 'constructs';
import {
  Agent,
  type IAgent,
  type IMCPServer,
  type IModelAPI,
  MCPServer,
  ModelAPI,
  type ModelName,
  Tools,
} from '../../constructs';

/** What must not compile. Nothing here runs: the compiler is the judge, and `npm run lint` asks it. */
export function wrongUses(scope: Construct, agent: IAgent, server: IMCPServer): void {
  const named = ModelAPI.proxy(scope, 'named', { models: ['gpt-4o', 'gpt-4o-mini'] });
  new Agent(scope, 'a', { modelAPI: named, model: 'gpt-4o' });
  // @ts-expect-error -- the gateway does not serve it
  new Agent(scope, 'a', { modelAPI: named, model: 'gpt-4' });
  // @ts-expect-error -- a name is not a gateway
  new Agent(scope, 'a', { modelAPI: 'named', model: 'gpt-4o' });
  // @ts-expect-error -- a model is needed
  new Agent(scope, 'a', { modelAPI: named });

  const prefixed = ModelAPI.proxy(scope, 'prefixed', { models: ['openai/*', 'local'] });
  new Agent(scope, 'a', { modelAPI: prefixed, model: 'openai/gpt-4o' });
  new Agent(scope, 'a', { modelAPI: prefixed, model: 'local' });
  // @ts-expect-error -- another provider
  new Agent(scope, 'a', { modelAPI: prefixed, model: 'anthropic/claude' });
  // @ts-expect-error -- no provider
  new Agent(scope, 'a', { modelAPI: prefixed, model: 'gpt-4o' });

  const any = ModelAPI.proxy(scope, 'any', { models: ['*'] });
  new Agent(scope, 'a', { modelAPI: any, model: 'whatever' });

  const models: string[] = ['read', 'from', 'elsewhere'];
  const dynamic: IModelAPI = ModelAPI.proxy(scope, 'dynamic', { models });
  new Agent(scope, 'a', { modelAPI: dynamic, model: 'whatever' });

  const modelAPI = named;
  const model = 'gpt-4o';
  new Agent(scope, 'a', { modelAPI, model, subAgents: [agent], mcpServers: [server] });
  // @ts-expect-error -- a tool server is not an agent
  new Agent(scope, 'a', { modelAPI, model, subAgents: [server] });
  // @ts-expect-error -- an agent is not a tool server
  new Agent(scope, 'a', { modelAPI, model, mcpServers: [agent] });
  // @ts-expect-error -- a name is not a tool server
  new Agent(scope, 'a', { modelAPI, model, mcpServers: ['search'] });
  const several = ModelAPI.proxy(scope, 'several', {
    models: ['gpt-4o', { name: 'claude', provider: 'anthropic', fallbacks: ['gpt-4o'] }, { name: 'groq/*' }],
    defaultFallbacks: ['claude', 'groq/llama'],
  });
  new Agent(scope, 'a', { modelAPI: several, model: 'gpt-4o' });
  new Agent(scope, 'a', { modelAPI: several, model: 'claude' });
  new Agent(scope, 'a', { modelAPI: several, model: 'groq/llama' });
  // @ts-expect-error -- the gateway does not serve it
  new Agent(scope, 'a', { modelAPI: several, model: 'llama' });
  // @ts-expect-error -- a fallback has to be served
  ModelAPI.proxy(scope, 'wrong', { models: ['gpt-4o', { name: 'claude', fallbacks: ['gpt-4'] }] });
  // @ts-expect-error -- a fallback has to be served, also for long requests
  ModelAPI.proxy(scope, 'wrong', { models: ['a', { name: 'b', contextWindowFallbacks: ['c'] }] });
  // @ts-expect-error -- a default fallback has to be served
  ModelAPI.proxy(scope, 'wrong', { models: ['gpt-4o', { name: 'claude' }], defaultFallbacks: ['gpt-4'] });

  const hosted = ModelAPI.hosted(scope, 'hosted', { models: ['smollm2:135m', 'llama3.2'] });
  new Agent(scope, 'a', { modelAPI: hosted, model: 'llama3.2' });
  // @ts-expect-error -- it is not hosted
  new Agent(scope, 'a', { modelAPI: hosted, model: 'smollm2' });
  // @ts-expect-error -- Ollama has no telemetry
  ModelAPI.hosted(scope, 'loud', { models: ['llama3.2'], telemetry: { enabled: true } });

  const foreign = ModelAPI.fromUrl(scope, 'foreign', { url: 'https://llm.example', models: ['gpt-4o'] });
  new Agent(scope, 'a', { modelAPI: foreign, model: 'gpt-4o' });
  // @ts-expect-error -- it does not serve it
  new Agent(scope, 'a', { modelAPI: foreign, model: 'gpt-4' });

  const echo: IMCPServer<'echo' | 'look'> = MCPServer.fromUrl(scope, 'echo', {
    url: 'https://tools.example',
    tools: ['echo', 'look'],
  });
  const lead = new Agent(scope, 'a', { modelAPI, model, mcpServers: [echo] });
  lead.use(echo, { tools: ['echo'], approval: ['echo'] });
  lead.use(server, { tools: ['whatever'], approval: 'always' });
  // @ts-expect-error -- the server has no such tool
  lead.use(echo, { tools: ['ehco'] });
  // @ts-expect-error -- nor could it wait for approval
  lead.use(echo, { approval: ['ehco'] });
  // @ts-expect-error -- an agent is not a tool server
  lead.use(agent);
  // @ts-expect-error -- nor is a key a literal
  lead.use(echo, { apiKey: 'sk-123' });
  // @ts-expect-error -- a header comes from a Secret
  MCPServer.fromUrl(scope, 'leaky', { url: 'https://tools.example', headers: { 'X-Key': 'sk-123' } });

  const locked = {
    tools: { echo: { description: 'Says it', inputSchema: { type: 'object' }, digest: 'sha256:0' } },
  };
  const tools = Tools.fromModule('tools.ts').locked(locked);
  const known = new MCPServer(scope, 'known', { tools });
  lead.use(known, { tools: ['echo'] });
  // @ts-expect-error -- the lock has no such tool
  lead.use(known, { tools: ['look'] });
  const far = MCPServer.fromUrl(scope, 'far', { url: 'https://tools.example', tools: locked });
  lead.use(far, { tools: ['echo'] });
  // @ts-expect-error -- nor has it that one
  lead.use(far, { tools: ['look'] });
  // @ts-expect-error -- a name is not a lock
  Tools.fromModule('tools.ts').locked('research/echo-search');

  // @ts-expect-error -- a key is never a literal
  ModelAPI.proxy(scope, 'leaky', { models: ['gpt-4o'], apiKey: 'sk-123' });
  // @ts-expect-error -- what a gateway serves does not change
  named.models.push('gpt-4');
}

const names: [ModelName<'a' | 'b/*'>, ModelName<'*'>, ModelName<string>] = ['b/c', 'x', 'y'];

test('names that fit are strings like any other', () => {
  expect(names).toEqual(['b/c', 'x', 'y']);
});
