import { type Attributes } from '@opentelemetry/api';
import { z } from 'zod';
import { tool } from '../../../runtime/mcp-server/tool';
import { nobodyAt } from '../../support/http';
import { closeAll, openLead } from '../../support/open-lead';
import { asksFor, inTurn, says, type ScriptedReply } from '../../support/scripted-model';
import { idOf, only } from '../../support/span-tree';
import { startTestTelemetry } from '../../support/telemetry';

const telemetry = startTestTelemetry();

afterEach(closeAll);
beforeEach(() => telemetry.reset());
afterAll(() => telemetry.close());

const echo = tool({
  description: 'Says it again',
  input: z.object({ text: z.string() }),
  handler: ({ text }) => `Echo: ${text}`,
});
const fail = { ...echo, handler: () => Promise.reject(new Error('out of paper')) };

test.each<[failing: string, replies: ScriptedReply[], spans: string[]]>([
  ['tool', [asksFor(['fail', { text: 'x' }]), says('sorry')], ['tool.fail', 'tools/call fail']],
  ['tool that nobody offers', [asksFor(['made_up', {}]), says('sorry')], ['tool.unknown']],
  ['delegation', [asksFor(['delegate_to_worker', { task: 'x' }]), says('sorry')], ['delegate.worker']],
  ['model', [{ status: 503, body: '' }], ['model.inference', 'agent.agentic_loop']],
])('a failing %s is logged as an error, while its span is open', async (_failing, replies, names) => {
  await ask(replies);
  const errors = telemetry.logs.filter(({ severityText }) => severityText === 'ERROR');
  const bodies = errors.map(({ body }) => body);
  expect(bodies.sort()).toEqual(names.map((name) => `${name} failed`).sort());
  for (const name of names) {
    const span = only(telemetry.spans, name);
    const log = errors.find(({ body }) => body === `${name} failed`);
    expect(log && telemetry.openSpanOf(log)).toBe(span);
    expect(log?.spanContext).toMatchObject({ traceId: span.spanContext().traceId, spanId: idOf(span) });
    expect(log?.attributes['exception.message']).toContain(span.status.message);
  }
});

test('a loop that uses up its steps is a warning', async () => {
  await ask([asksFor(['echo', { text: 'x' }])]);
  const [warning] = telemetry.logs.filter(({ severityText }) => severityText === 'WARN');
  expect(warning?.body).toBe('agent.agentic_loop failed');
  expect(warning && telemetry.openSpanOf(warning)).toBe(only(telemetry.spans, 'agent.agentic_loop'));
});

test('each record belongs to a span that was still open, and names its logger', async () => {
  await ask([asksFor(['echo', { text: 'hi' }]), says('done')]);
  expect(telemetry.logs.map(({ body, severityText }) => `${severityText} ${String(body)}`)).toEqual([
    'INFO tools/call echo answered',
    'DEBUG tool.echo answered',
    'INFO request answered',
  ]);
  for (const log of telemetry.logs) {
    expect(telemetry.openSpanOf(log)?.attributes['agent.name']).toBe(log.attributes['logger_name']);
  }
});

test('what is said stays out of spans and logs', async () => {
  const secret = 'the duck flies at midnight';
  await ask([asksFor(['echo', { text: secret }]), says(`done: ${secret}`)], secret, secret);
  const written = [
    ...telemetry.logs.map(({ body, attributes }) => ({ body, attributes: attributes as Attributes })),
    ...telemetry.spans.map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
  ];
  expect(written.length).toBeGreaterThan(9);
  expect(JSON.stringify(written)).not.toContain(secret);
});

async function ask(
  replies: readonly ScriptedReply[],
  content = 'go',
  instructions = 'Be brief.',
): Promise<void> {
  const subAgents = [{ name: 'worker', url: (await nobodyAt()).url }];
  const settings = { maxSteps: 3, instructions, subAgents };
  const lead = await openLead(inTurn(...replies), settings, { echo, fail });
  await lead.ask(content);
}
