import { agentConfigFromEnv } from '../../../runtime/contract';
import { dependenciesOf } from '../../../runtime/agent/build-agent';

test('an agent waits for its model and tools, and neither for agents that may wait for it nor for other people’s tools', () => {
  const config = agentConfigFromEnv({
    AGENT_NAME: 'writer',
    MODEL_API_URL: 'http://models:8000',
    MODEL_NAME: 'gpt-4o',
    MCP_SERVERS: 'search,tickets',
    MCP_SERVER_search_URL: 'http://search:8000',
    MCP_SERVER_tickets_URL: 'https://tickets.example.com',
    MCP_SERVER_tickets_EXTERNAL: 'true',
    PEER_AGENTS: 'reviewer',
    PEER_AGENT_REVIEWER_CARD_URL: 'http://reviewer:8000',
  });
  expect(dependenciesOf(config)).toEqual([
    { name: 'model gateway', livenessUrl: 'http://models:8000/health/liveliness' },
    { name: 'MCP server search', livenessUrl: 'http://search:8000/health' },
  ]);
});
