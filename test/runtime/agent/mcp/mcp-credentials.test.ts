import { type IncomingHttpHeaders } from 'node:http';
import { type PeerServer } from '../../../../runtime/contract';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, toolResults } from '../../../support/scripted-model';
import { startScriptedMCP } from '../../../support/scripted-mcp';
import { secretFile } from '../../../support/secret-file';
import { only } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

/** A server, what it was told with each message, and an agent that calls it in each request. */
async function scene(peer: Partial<PeerServer>, path = '') {
  const told: { method: string; path: string; headers: IncomingHttpHeaders }[] = [];
  const note =
    (method: string) => (_message: unknown, request: { url?: string; headers: IncomingHttpHeaders }) => {
      told.push({ method, path: request.url ?? '', headers: request.headers });
      return undefined;
    };
  const server = await startScriptedMCP({
    initialize: note('initialize'),
    'notifications/initialized': note('notifications/initialized'),
    'tools/list': note('tools/list'),
    'tools/call': note('tools/call'),
  });
  const mcpServers = [{ name: 'tickets', url: server.url + path, ...peer }];
  const lead = await openLead(
    inTurn(asksFor(['look', {}]), says('one'), asksFor(['look', {}]), says('two')),
    { mcpServers },
  );
  open.push(server);
  return { lead, told };
}

test('headers and key are shown with every message', async () => {
  const headers = [
    { name: 'X-Tenant', value: 'not-a-tenant' },
    { name: 'X-Team', file: secretFile('not-a-team\n').path },
  ];
  const { lead, told } = await scene({ apiKey: 'not-a-key', headers });
  await lead.ask();
  expect(told.map(({ method }) => method)).toEqual([
    'initialize',
    'notifications/initialized',
    'tools/list',
    'tools/call',
  ]);
  for (const { headers } of told) {
    expect(headers).toMatchObject({
      authorization: 'Bearer not-a-key',
      'x-tenant': 'not-a-tenant',
      'x-team': 'not-a-team',
    });
  }
});

test('a secret that is replaced is the new one with the next call', async () => {
  const [key, tenant] = [secretFile('first-key'), secretFile('first-tenant')];
  const { lead, told } = await scene({
    apiKeyFile: key.path,
    headers: [{ name: 'X-Tenant', file: tenant.path }],
  });
  await lead.ask();
  key.write('second-key\n');
  tenant.write('second-tenant\n');
  await lead.ask();
  const calls = told.filter(({ method }) => method === 'tools/call');
  expect(calls.map(({ headers }) => [headers.authorization, headers['x-tenant']])).toEqual([
    ['Bearer first-key', 'first-tenant'],
    ['Bearer second-key', 'second-tenant'],
  ]);
});

test('neither a secret nor what stands before the host or in the query is in telemetry', async () => {
  const headers = [{ name: 'X-Tenant', file: secretFile('canary-tenant').path }];
  const { lead } = await scene(
    { apiKeyFile: secretFile('canary-key').path, headers },
    '/v1/tools?key=canary-query',
  );
  await lead.ask();
  const call = only(telemetry.spans, 'mcp.tool.look');
  expect(call.attributes['mcp.url']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\/tools$/);
  const { spans, logs } = telemetry;
  const all = JSON.stringify([
    spans.map(({ name, attributes, events }) => [name, attributes, events]),
    logs.map(({ body, attributes }) => [body, attributes]),
  ]);
  expect(all).toContain('mcp.tool.look');
  expect(all).not.toContain('canary');
});

test.each([
  ['', '/mcp'],
  ['/', '/mcp'],
  ['/mcp', '/mcp'],
  ['/v1/tools', '/v1/tools'],
  ['/v1/tools/', '/v1/tools/'],
  ['/v1?team=a', '/v1?team=a'],
])('of a URL with the path "%s", %s is asked', async (given, asked) => {
  const { lead, told } = await scene({}, given);
  await lead.ask();
  expect([...new Set(told.map(({ path }) => path))]).toEqual([asked]);
});

test('fails for want of a secret, saying which, and works again once it is there', async () => {
  const tenant = secretFile();
  const { lead } = await scene({ headers: [{ name: 'X-Tenant', file: tenant.path }] });
  const reason = 'MCP_SERVER_tickets_HEADER_X_TENANT_FILE names a file that cannot be read';
  const waiting = await fetch(`${lead.agent.url}/ready`);
  expect([waiting.status, await waiting.json()]).toMatchObject([503, { reasons: [reason] }]);
  expect((await lead.ask()).status).toBe(200);
  expect(lead.model.requests[0]?.tools).toBeUndefined();

  tenant.write('here');
  expect((await fetch(`${lead.agent.url}/ready`)).status).toBe(200);
});

test('fails when a secret could be no header, without repeating it', async () => {
  const { lead } = await scene({ headers: [{ name: 'X-Tenant', value: 'canary\u0001' }] });
  await lead.ask();
  expect(toolResults(lead.model.requests[1])).toEqual([
    'Error: there is no tool "look"; call one of: (none)',
  ]);
  const all = JSON.stringify(telemetry.logs.map(({ body, attributes }) => [body, attributes]));
  expect(all).toContain('MCP_SERVER_tickets_HEADER_X_TENANT holds what no header may hold');
  expect(all).not.toContain('canary');
});
