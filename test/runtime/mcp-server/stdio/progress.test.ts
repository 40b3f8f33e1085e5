import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { type Progress } from '@modelcontextprotocol/sdk/types.js';
import { buildProtocolServer } from '../../../../runtime/mcp-server/protocol';
import { buildLogger } from '../../../../runtime/telemetry/log';
import { buildInstrumentation } from '../../../../runtime/telemetry/with-span';
import { startTestTelemetry } from '../../../support/telemetry';
import { EVERYTHING, startBridge } from './start-bridge';

const telemetry = startTestTelemetry();
afterAll(() => telemetry.close());

test('a caller that asks is told how far its call is, as the command tells it', async () => {
  const running = await startBridge({ command: EVERYTHING });
  const log = buildLogger({ name: 'search', level: 'ERROR', export: true });
  const { withSpan } = buildInstrumentation('search', log);
  const protocol = buildProtocolServer({ name: 'search', tools: running.bridge.tools, withSpan, log });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'test', version: '1' });
  await Promise.all([protocol.connect(ours), client.connect(theirs)]);
  const seen: Progress[] = [];
  const call = { name: 'trigger-long-running-operation', arguments: { duration: 0.1, steps: 2 } };
  await client.callTool(call, undefined, { onprogress: (progress) => seen.push(progress) });
  expect(seen).toEqual([
    { progress: 1, total: 2 },
    { progress: 2, total: 2 },
  ]);
  await client.close();
  await running.close();
});
