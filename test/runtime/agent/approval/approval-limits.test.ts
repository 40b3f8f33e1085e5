import { type AgentSettings } from '../../../../runtime/contract';
import { asksFor, inTurn, says } from '../../../support/scripted-model';
import { startTestTelemetry } from '../../../support/telemetry';
import { closeAll } from '../../../support/open-lead';
import { CALLS, say, send, started } from './start-file-keeper';

const telemetry = startTestTelemetry();

afterEach(closeAll);
afterAll(() => telemetry.close());

const READ = asksFor(['read_file', { path: '/tmp/y' }]);
const APPROVE = { approval: { call_0: 'approve' } };

/** Each model call takes 18 tokens. */
describe('what was used before a call was approved counts when the request goes on', () => {
  test.each<[what: string, limits: Partial<AgentSettings>, ends: string | undefined]>([
    ['steps', { maxSteps: 3 }, 'max_steps_reached'],
    ['steps of all agents', { maxTotalSteps: 3 }, 'max_total_steps_reached'],
    ['tool calls', { maxToolCalls: 3 }, 'max_tool_calls_reached'],
    ['tokens', { maxTokens: 54 }, 'max_tokens_reached'],
    [
      'nothing, within the limits',
      { maxSteps: 4, maxTotalSteps: 4, maxToolCalls: 4, maxTokens: 55 },
      undefined,
    ],
  ])('%s', async (_what, limits, ends) => {
    const { agent, ran } = await started(limits, inTurn(READ, CALLS, READ, says('done')));
    expect((await say(agent, 'clean up')).body.kaos.status).toBe('approval_required');
    const { status, body } = await send(agent, APPROVE);
    expect([status, body.error?.code]).toEqual(ends === undefined ? [200, undefined] : [422, ends]);
    expect(ran).toContain('delete_file');
  });

  test('twice, when a call of the rest waits as well', async () => {
    const { agent } = await started({ maxToolCalls: 5 }, inTurn(CALLS, CALLS, CALLS));
    await say(agent, 'clean up');
    expect((await send(agent, APPROVE)).body.kaos.status).toBe('approval_required');
    expect((await send(agent, APPROVE)).body.error.code).toBe('max_tool_calls_reached');
  });

  test('but not when the user asks something else', async () => {
    const { agent } = await started({ maxTokens: 37 }, inTurn(READ, CALLS, READ, says('done')));
    await say(agent, 'clean up');
    expect((await say(agent, 'what is the time?')).status).toBe(200);
  });
});

test.each<[what: string, limits: Partial<AgentSettings>, code: string]>([
  ['step', { maxSteps: 2 }, 'max_steps_reached'],
  ['step of all agents', { maxTotalSteps: 2 }, 'max_total_steps_reached'],
  ['token', { maxTokens: 36 }, 'max_tokens_reached'],
])('nobody is asked when no %s is left to go on with', async (_what, limits, code) => {
  const { agent, ran } = await started(limits, inTurn(READ, CALLS, says('done')));
  const { status, body } = await say(agent, 'clean up');
  expect([status, body.error.code]).toEqual([422, code]);
  expect(ran).toEqual(['read_file']);
});
