import { deployment, numberedPorts, planOf, serviceOf, workloadOf } from './small-chart';

const lead = deployment('agent', 'lead');
const tools = deployment('mcpserver', 'tools', {
  container: {
    ports: [
      { name: 'http', containerPort: 8000 },
      { name: 'tls', containerPort: 8443 },
    ],
  },
});
const plan = planOf(
  [lead, tools],
  [
    serviceOf(lead),
    serviceOf(tools, [
      { port: 80, targetPort: 'http' },
      { port: 443, targetPort: 'tls' },
    ]),
  ],
);
/** The lead's port is 40000, the tools' are 40001 and, with TLS, 40002. */
const ports = numberedPorts(plan);

describe('an address of a Service', () => {
  test.each([
    ['http://agent-lead:8000', 'http://127.0.0.1:40000'],
    ['http://agent-lead.tests:8000/', 'http://127.0.0.1:40000/'],
    ['http://agent-lead.tests.svc:8000/v1?a=b#c', 'http://127.0.0.1:40000/v1?a=b#c'],
    ['http://agent-lead.tests.svc.cluster.local:8000/v1', 'http://127.0.0.1:40000/v1'],
    ['http://agent-lead.tests.svc.corp.example:8000', 'http://127.0.0.1:40000'],
    ['http://agent-lead.tests.svc.cluster.local.:8000/', 'http://127.0.0.1:40000/'],
    ['HTTP://AGENT-LEAD.Tests.svc:8000', 'HTTP://127.0.0.1:40000'],
    ['grpc://agent-lead:8000', 'grpc://127.0.0.1:40000'],
    ['http://user:p%40ss@agent-lead:8000/', 'http://user:p%40ss@127.0.0.1:40000/'],
    ['agent-lead:8000', '127.0.0.1:40000'],
    ['agent-lead.tests.svc.cluster.local:8000', '127.0.0.1:40000'],
    ['http://host.docker.internal:11434', 'http://127.0.0.1:11434'],
    ['http://mcpserver-tools/mcp', 'http://127.0.0.1:40001/mcp'],
    ['http://mcpserver-tools', 'http://127.0.0.1:40001'],
    ['http://mcpserver-tools:443/mcp', 'http://127.0.0.1:40002/mcp'],
    ['https://mcpserver-tools/mcp', 'https://127.0.0.1:40002/mcp'],
    ['wss://mcpserver-tools?a', 'wss://127.0.0.1:40002?a'],
  ])('%s is %s here', (text, local) => {
    expect(ports.localize(text)).toBe(local);
  });

  test.each([
    [
      'http://agent-lead:8000,http://mcpserver-tools/mcp,http://example.com',
      'http://127.0.0.1:40000,http://127.0.0.1:40001/mcp,http://example.com',
    ],
    ['lead:http://agent-lead:8000', 'lead:http://127.0.0.1:40000'],
    ['{"url":"http://agent-lead:8000"}', '{"url":"http://127.0.0.1:40000"}'],
    ["api_base: 'http://agent-lead:8000'\n", "api_base: 'http://127.0.0.1:40000'\n"],
    ['<a href="http://mcpserver-tools">', '<a href="http://127.0.0.1:40001">'],
    [
      'Ask http://agent-lead:8000. Then (http://mcpserver-tools).',
      'Ask http://127.0.0.1:40000. Then (http://127.0.0.1:40001).',
    ],
    ['http://agent-lead:8000—or not', 'http://127.0.0.1:40000—or not'],
  ])('is found in %j', (text, local) => {
    expect(ports.localize(text)).toBe(local);
  });
});

describe('what is no address of a Service stays as it is', () => {
  test.each([
    'http://agent-lead',
    'http://agent-lead:8001',
    'http://agent-lead:80000',
    'grpc://mcpserver-tools',
    'http://agent-lead.other:8000',
    'http://agent-lead.example.com:8000',
    'http://my.agent-lead:8000',
    'http://agent-lead-2:8000',
    'http://agent-leader:8000',
    'http://agent-lead:8000@example.com/',
    'http://mcpserver-tools.example.com',
    'http://mcpserver-tools:${port}/mcp',
    'http://mcpserver-tools${suffix}/mcp',
    'http://mcpserver-tools%2e/mcp',
    'http://mcpserver-toolsé/mcp',
    'https://example.com/agent-lead:8000',
    'https://example.com//agent-lead:8000/',
    'https://example.com/?to=//agent-lead:8000',
    'http://127.0.0.1:8000',
    'http://[::1]:8000',
  ])('%s', (text) => {
    expect(ports.localize(text)).toBe(text);
  });

  test.each([
    '',
    'agent-lead',
    'mcpserver-tools',
    'agent-lead:8000 knows the answers',
    'agent-lead:8000, mcpserver-tools:80',
    'Ask agent-lead:8000',
    'agent-lead/v1',
    'mcpserver-tools, the one with tools',
    'mcpserver-tools?',
    "'agent-lead:8000'",
    'hosts:\n  - agent-lead:8000\n',
    '//agent-lead:8000 is commented out',
    '//mcpserver-tools\ncode();',
    'a://',
  ])('words: %j', (text) => {
    expect(ports.localize(text)).toBe(text);
  });

  test('long text takes no longer than it should', () => {
    const text = `${'a'.repeat(50_000)} ${'http://agent-lead'.repeat(5_000)} ${'a.'.repeat(20_000)} ${'http://x@'.repeat(5_000)}`;
    const before = performance.now();
    ports.localize(text);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

test('fails when a container does not name the port that is asked for', () => {
  expect(() => ports.of(workloadOf(plan, 'lead'), 9000)).toThrow(
    new Error("lead has no port 9000; name it in its container's ports"),
  );
});
