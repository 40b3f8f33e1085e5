import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { startTestTelemetry } from '../../../support/telemetry';
import { EVERYTHING, type RunningBridge, startBridge } from './start-bridge';

const telemetry = startTestTelemetry();
let running: RunningBridge, direct: Client;

beforeAll(async () => {
  const [command = '', ...args] = EVERYTHING;
  direct = new Client({ name: 'test', version: '1' });
  [running] = await Promise.all([
    startBridge({ command: EVERYTHING }),
    direct.connect(new StdioClientTransport({ command, args, stderr: 'ignore' })),
  ]);
});
beforeEach(() => telemetry.reset());
afterAll(async () => {
  await direct.close();
  await running.close();
  await telemetry.close();
});

test('the official client is told of its tools as they are, but for those that answer with tasks', async () => {
  const [bridged, own] = await Promise.all([running.client.listTools(), direct.listTools()]);
  const offered = own.tools.filter(({ execution }) => execution?.taskSupport !== 'required');
  expect(offered.length).toBeLessThan(own.tools.length);
  expect(bridged.tools).toEqual(offered.map(({ execution: _tasks, ...tool }) => tool));
  expect(bridged.tools.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['echo', 'get-structured-content', 'get-tiny-image', 'get-resource-links']),
  );
});

test.each<[name: string, args: Record<string, unknown>, kinds: string[]]>([
  ['echo', { message: 'hello' }, ['text']],
  ['get-sum', { a: 19, b: 23 }, ['text']],
  ['get-tiny-image', {}, ['text', 'image', 'text']],
  ['get-annotated-message', { messageType: 'error', includeImage: true }, ['text', 'image']],
  ['get-resource-links', { count: 2 }, ['text', 'resource_link', 'resource_link']],
  ['get-resource-reference', { resourceType: 'Text', resourceId: 1 }, ['text', 'resource', 'text']],
  ['get-structured-content', { location: 'Chicago' }, ['text']],
])('%s of %j is what the server says itself', async (name, args, kinds) => {
  const results = await Promise.all(
    [running.client, direct].map((client) => client.callTool({ name, arguments: args })),
  );
  const [bridged, own] = results.map(withoutClock);
  expect(bridged).toEqual(own);
  expect((bridged as CallToolResult).content.map(({ type }) => type)).toEqual(kinds);
});

test('structured content arrives beside the blocks', async () => {
  const result = await running.client.callTool({
    name: 'get-structured-content',
    arguments: { location: 'New York' },
  });
  expect(result.structuredContent).toEqual({ temperature: 33, conditions: 'Cloudy', humidity: 82 });
});

test('arguments that it does not take fail as a result of its own, and the span of the call says so', async () => {
  const call = { name: 'get-sum', arguments: { a: 'two' } };
  const [bridged, own] = await Promise.all([running.client.callTool(call), direct.callTool(call)]);
  expect(bridged).toEqual(own);
  expect(bridged.isError).toBe(true);
  const span = await telemetry.span('tools/call get-sum');
  expect(span.attributes['error.type']).toBe('tool_error');
});

test('a long call takes its time', async () => {
  const call = { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 2 } };
  const result = await running.client.callTool(call);
  expect(result.content).toEqual([
    { type: 'text', text: 'Long running operation completed. Duration: 0.2 seconds, Steps: 2.' },
  ]);
});

/** The resources of that server say when they were made. */
function withoutClock(result: unknown): unknown {
  return JSON.parse(JSON.stringify(result).replace(/created at [^"]*?(?=["\\])/g, 'created'));
}
