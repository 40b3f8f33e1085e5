import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { closeAll, open, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, toolResults } from '../../../support/scripted-model';
import { type MCPMessage, startScriptedMCP } from '../../../support/scripted-mcp';
import { only } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const book = tool({
  description: 'Books a seat',
  input: z.object({ seat: z.object({ row: z.number() }), class: z.enum(['first', 'second']) }),
  handler: () => 'booked',
});

test('the model is told where its arguments do not fit, and may mend them', async () => {
  const script = inTurn(
    asksFor(['book', { seat: { row: 'one' }, class: 'third' }]),
    asksFor(['book', { seat: { row: 1 }, class: 'first' }]),
    says('done'),
  );
  const lead = await openLead(script, {}, { book });
  expect((await lead.ask()).status).toBe(200);
  expect(toolResults(lead.model.requests[2])).toEqual([
    'Error: the arguments of "book" do not fit its schema: ' +
      'seat.row: must be number; class: must be one of "first", "second"',
    'booked',
  ]);
  const [refused] = telemetry.spans.filter(({ name }) => name === 'tool.book');
  expect(refused?.attributes['error.type']).toBe('tool_arguments_invalid');
  // Names and values are content.
  expect(refused?.status.message).toBe('the arguments of "book" do not fit its schema');
  expect(only(telemetry.spans, 'mcp.tool.book').status.code).toBe(1);
});

test.each<[what: string, schema: object]>([
  ['draft-07', { $schema: 'http://json-schema.org/draft-07/schema#', required: ['a'] }],
  ['2020-12', { $schema: 'https://json-schema.org/draft/2020-12/schema', dependentRequired: { b: ['a'] } }],
])('a schema of %s is known', async (_what, schema) => {
  const { told, calls } = await callLook({ type: 'object', ...schema }, { b: 1 });
  expect(calls).toEqual([]);
  expect(told).toEqual([expect.stringContaining('do not fit its schema: (the whole): must have')]);
});

test('a tool with a schema that cannot be compiled is called all the same', async () => {
  const { told, calls } = await callLook({ type: 'object', properties: { a: { $ref: '#/gone' } } }, { a: 1 });
  expect(told).toEqual(['seen']);
  expect(calls).toEqual([{ a: 1 }]);
});

async function callLook(inputSchema: object, args: object) {
  const calls: unknown[] = [];
  const server = await startScriptedMCP({
    'tools/list': () => ({ result: { tools: [{ name: 'look', inputSchema }] } }),
    'tools/call': ({ params }: MCPMessage) => void calls.push(params?.arguments),
  });
  const lead = await openLead(inTurn(asksFor(['look', args]), says('done')), {
    mcpServers: [{ name: 'search', url: server.url }],
  });
  open.push(server);
  await lead.ask();
  return { told: toolResults(lead.model.requests[1]), calls };
}
