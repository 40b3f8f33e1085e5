import { sendRequest, serveRequest } from '../../../runtime/telemetry/http-operations';
import { mcpToolCall } from '../../../runtime/telemetry/mcp-operations';
import { inference } from '../../../runtime/telemetry/operations';
import { delegateTo } from '../../../runtime/telemetry/tool-operations';

const PRIVATE = new URL('https://user:secret@tools.example.com/mcp?token=secret#secret');

test('X10: an address on a span has neither user nor query', () => {
  const { attributes } = mcpToolCall('search', PRIVATE, 'look');
  expect(attributes).toMatchObject({
    'mcp.url': 'https://tools.example.com/mcp',
    'server.address': 'tools.example.com',
    'server.port': 443,
  });
  expect(sendRequest('POST', PRIVATE).attributes['url.full']).toBe('https://tools.example.com/mcp');
  for (const operation of [
    mcpToolCall('search', PRIVATE, 'look'),
    delegateTo('worker', PRIVATE),
    inference('gpt-4o', PRIVATE),
    sendRequest('GET', PRIVATE),
  ])
    expect(JSON.stringify(operation)).not.toContain('secret');
});

test('§2.3: what samplers look at is there when a span starts', () => {
  expect(inference('bedrock/claude', new URL('http://gateway:8000')).attributes).toEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'aws.bedrock',
    'gen_ai.request.model': 'bedrock/claude',
    'server.address': 'gateway',
    'server.port': 8000,
  });
  expect(delegateTo('worker', new URL('http://worker')).attributes).toMatchObject({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'worker',
  });
});

test('a method that nobody knows makes no name', () => {
  const request = { method: 'MADEUP', route: undefined, path: '/', scheme: 'http' };
  expect(serveRequest(request).name).toBe('_OTHER');
});
