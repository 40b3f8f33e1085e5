import { remoteToolsHere } from '../../../cli/local/remote-tools';
import { noSecrets, type Secrets } from '../../../cli/local/secrets';

const AGENT = { chart: 'team' };
const ENV = {
  MCP_SERVERS: 'crm,search,tickets',
  MCP_SERVER_crm_URL: 'https://crm.example.com/mcp',
  MCP_SERVER_crm_EXTERNAL: 'true',
  MCP_SERVER_search_URL: 'http://127.0.0.1:40000',
  MCP_SERVER_tickets_URL: 'https://tickets.example.com/mcp',
  MCP_SERVER_tickets_EXTERNAL: 'true',
};
const SECRETS: Secrets = new Map([['tickets', new Map([['key', 'not-a-key']])]]);

test('tool servers of other people are called as they are where there are Secrets', () => {
  expect(remoteToolsHere(AGENT, ENV, { secrets: SECRETS })).toEqual({ env: {} });
});

test('without Secrets an agent goes without those that have no stand-in, which is worth a note', () => {
  const toolStandIn = (name: string) => (name === 'team/tickets' ? 'http://127.0.0.1:40001' : undefined);
  expect(remoteToolsHere(AGENT, ENV, { secrets: noSecrets, toolStandIn })).toEqual({
    env: {
      MCP_SERVERS: 'search,tickets',
      MCP_SERVER_tickets_URL: 'http://127.0.0.1:40001',
      MCP_SERVER_tickets_EXTERNAL: 'false',
    },
    notes: ['without the tools of crm, which is asked with --secrets alone'],
  });
});

test('one that runs on this machine is called', () => {
  const env = { ...ENV, MCP_SERVERS: 'crm', MCP_SERVER_crm_URL: 'http://127.0.0.1:9000/mcp' };
  expect(remoteToolsHere(AGENT, env, { secrets: noSecrets })).toEqual({ env: {} });
});
