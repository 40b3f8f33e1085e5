import { z } from 'zod';
import { ContextLimit } from '../../../../runtime/agent/context/context-limit';
import { tool } from '../../../../runtime/mcp-server/tool';
import { type AgentSettings } from '../../../../runtime/contract';
import { closeAll, openLead } from '../../../support/open-lead';
import { asksFor, inTurn, says, type Script, toolResults } from '../../../support/scripted-model';
import { only, spanTree } from '../../../support/span-tree';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const PAGE = 'p'.repeat(2_000);
const page = tool({ description: 'Reads a page', input: z.object({}), handler: () => PAGE });
const READ = asksFor(['page', {}]);
const INSTRUCTIONS = /^You are given the record of a conversation/;

/** Answers by script, and sums up whenever it is asked to. */
function summing(script: Script, summary = 'All was said.'): Script {
  let summaries = 0;
  return (request, index) => {
    if (!INSTRUCTIONS.test(String(request.messages[0]?.content))) return script(request, index - summaries);
    summaries++;
    return says(summary);
  };
}

test('without a limit, everything is told', async () => {
  const lead = await startLead(inTurn(READ, READ, says('done')), {});
  await lead.ask();
  expect(toolResults(lead.model.requests[2])).toEqual([PAGE, PAGE]);
  expect(telemetry.spans.map(({ name }) => name)).not.toContain('agent.compaction');
});

test('older results are cut first, and those of the latest turn stay', async () => {
  const lead = await startLead(withoutUsage(inTurn(READ, READ, READ, says('done'))), {
    maxContextTokens: 1_200,
  });
  expect((await lead.ask('read it')).status).toBe(200);
  const short = `${'p'.repeat(200)}\n[cut: 1800 of 2000 characters are left out here]`;
  expect(lead.model.requests).toHaveLength(4);
  expect(toolResults(lead.model.requests[2])).toEqual([PAGE, PAGE]);
  expect(toolResults(lead.model.requests[3])).toEqual([short, short, PAGE]);
  const span = only(telemetry.spans, 'agent.compaction');
  expect(span.attributes).toMatchObject({
    'kaos.compaction.messages_before': 8,
    'kaos.compaction.messages_after': 8,
  });
  expect(span.attributes['kaos.compaction.tokens_before']).toBeGreaterThan(1_200);
  expect(span.attributes['kaos.compaction.tokens_after']).toBeLessThan(900);
});

describe('when that is not enough, the model sums up', () => {
  const talk = Array.from({ length: 10 }, (_, index) => [
    { role: 'user', content: `question ${index} ${'q'.repeat(200)}` },
    { role: 'assistant', content: `answer ${index} ${'a'.repeat(200)}` },
  ]).flat();
  const question = {
    messages: [{ role: 'system', content: 'Be brief.' }, ...talk, { role: 'user', content: 'now?' }],
  };

  test('all but the system’s messages and the question', async () => {
    const lead = await startLead(summing(inTurn(says('now.'))), { maxContextTokens: 600 });
    const reply = await lead.ask(question);
    expect(reply.body.choices[0].message.content).toBe('now.');
    const [summing1, asked] = lead.model.requests;
    expect(summing1).not.toHaveProperty('tools');
    expect(summing1?.messages[1]?.content).toContain(`assistant: answer 9 ${'a'.repeat(200)}`);
    expect(asked?.messages).toEqual([
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Summary of the conversation so far:\nAll was said.' },
      { role: 'user', content: 'now?' },
    ]);
    // What the summary took counts.
    expect(reply.body.usage.total_tokens).toBe(36);
    expect(spanTree(telemetry.spans)).toEqual([
      'agent.agentic_loop INTERNAL OK',
      '  agent.step.1 INTERNAL OK',
      '    agent.compaction INTERNAL OK',
      '      model.inference CLIENT OK',
      '    model.inference CLIENT OK',
    ]);
    expect(only(telemetry.spans, 'agent.compaction').attributes).toMatchObject({
      'kaos.compaction.messages_before': 23,
      'kaos.compaction.messages_after': 4,
    });
  });

  test('from no more than it can read', async () => {
    const lead = await startLead(summing(inTurn(says('now.'))), { maxContextTokens: 600 });
    await lead.ask(question);
    expect(String(lead.model.requests[0]?.messages[1]?.content).length).toBeLessThanOrEqual(1_800);
  });

  test('once for a conversation that does not grow any more', async () => {
    const lead = await startLead(summing(inTurn(READ, says('now.'))), { maxContextTokens: 600 });
    await lead.ask(question);
    expect(lead.model.requests).toHaveLength(3);
  });

  test.each(['', null])('fails when it says %j', async (summary) => {
    const script: Script = () => says(summary);
    const lead = await startLead(script, { maxContextTokens: 600 });
    const reply = await lead.ask(question);
    expect([reply.status, reply.body.error.code]).toEqual([502, 'model_failed']);
  });
});

test('a long loop goes on and on: calls and results stay together, the question and the latest turn stay', async () => {
  const say = tool({
    description: 'Talks',
    input: z.object({ text: z.string() }),
    handler: ({ text }) => text,
  });
  const turns = Array.from({ length: 12 }, (_, n) => {
    const text = `${n} ${'t'.repeat(300)}`;
    return asksFor(['say', { text }], ['say', { text: `${text}!` }]);
  });
  const script = summing(inTurn(...turns, says('done')));
  const lead = await startLead(withoutUsage(script), { maxContextTokens: 900, maxSteps: 20 }, { say });
  const reply = await lead.ask('the question');
  expect(reply.body.choices[0].message.content).toBe('done');
  const asked = lead.model.requests.filter(
    ({ messages }) => !INSTRUCTIONS.test(String(messages[0]?.content)),
  );
  expect(asked).toHaveLength(13);
  expect(lead.model.requests.length).toBeGreaterThan(14);
  for (const [turn, { messages }] of asked.entries()) {
    expect(messages.filter(({ content }) => content === 'the question')).toHaveLength(1);
    expect(JSON.stringify(messages).length / 4).toBeLessThan(1_500);
    if (turn > 0) expect(messages.at(-1)?.content).toBe(`${turn - 1} ${'t'.repeat(300)}!`);
    const roles = messages.map(({ role }) => role).join(' ');
    expect(roles).toMatch(/^system( user)+( assistant tool tool)*$/);
  }
});

test('a conversation is estimated by what the model counted before', () => {
  const limit = new ContextLimit(100);
  expect(limit.tokensOf(400)).toBe(100);
  for (let times = 0; times < 20; times++) limit.learn(400, 400);
  expect(limit.tokensOf(400)).toBe(400);
  expect(limit.charactersOf(100)).toBe(100);
  limit.learn(400, 0);
  expect(limit.tokensOf(400)).toBe(400);
  for (let times = 0; times < 20; times++) limit.learn(1, 1_000_000);
  expect(limit.tokensOf(100)).toBe(300);
});

/** A model that does not say what it counts. */
function withoutUsage(script: Script): Script {
  return async (request, index) => {
    const { body, ...reply } = await script(request, index);
    return { ...reply, body: { ...(body as object), usage: undefined } };
  };
}

function startLead(script: Script, settings: Partial<AgentSettings>, tools = {}) {
  return openLead(script, settings, { page, ...tools });
}
