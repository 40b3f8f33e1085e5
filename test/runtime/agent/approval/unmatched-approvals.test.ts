import { z } from 'zod';
import { tool } from '../../../../runtime/mcp-server/tool';
import { closeAll, openLead } from '../../../support/open-lead';
import { inTurn, says } from '../../../support/scripted-model';
import { startTestTelemetry } from '../../../support/telemetry';

const telemetry = startTestTelemetry();

beforeEach(() => telemetry.reset());
afterEach(closeAll);
afterAll(() => telemetry.close());

const TOOLS = {
  search: tool({ description: 'searches', input: z.object({}), handler: () => 'found' }),
  'wipe.all': tool({ description: 'wipes', input: z.object({}), handler: () => 'wiped' }),
};
const PEER = { name: 'writer', url: 'http://127.0.0.1:1' };

test('a pattern that fits no tool is said once in the log, and in what /ready tells', async () => {
  const toolApproval = ['serach', 'search/serach', 'other/search', 'other/*', 'search'];
  const { agent, ask } = await openLead(inTurn(says('a'), says('b')), { toolApproval }, TOOLS);
  const isListed = async () => (await fetch(`${agent.url}/ready`)).json();
  expect(await isListed()).not.toHaveProperty('unmatchedApprovals');
  await ask();
  await ask();
  const wrong = toolApproval.slice(0, -1);
  expect(warnings()).toEqual(
    wrong.map(
      (pattern) => `no tool is called "${pattern}", which is to wait for approval; tools are called without`,
    ),
  );
  expect(await isListed()).toMatchObject({ status: 'ready', unmatchedApprovals: wrong });
});

test('of one that fits, or that may come to fit, nothing is said', async () => {
  const toolApproval = [
    'search',
    'search/search',
    '*/search',
    'search_search',
    'wipe.all',
    'wipe_all',
    'delete_*',
    'sea*/*',
    'delegate_to_writer',
    'writer/delegate_to_writer',
    'writer/*',
  ];
  const { agent, ask } = await openLead(inTurn(says('a')), { toolApproval, subAgents: [PEER] }, TOOLS);
  await ask();
  expect(warnings().filter((body) => /approval/.test(body))).toEqual([]);
  expect(await (await fetch(`${agent.url}/ready`)).json()).not.toHaveProperty('unmatchedApprovals');
});

test('of an agent without servers it is said at its start', async () => {
  const { agent } = await openLead(inTurn(), { toolApproval: ['delegate_to_writr'], subAgents: [PEER] });
  expect(await (await fetch(`${agent.url}/ready`)).json()).toMatchObject({
    unmatchedApprovals: ['delegate_to_writr'],
  });
});

function warnings(): string[] {
  return telemetry.logs.filter(({ severityText }) => severityText === 'WARN').map(({ body }) => String(body));
}
