import { Agent, MCPServer, ModelAPI } from '../../../constructs';
import { problemsOf } from '../../support/synth';

test.each<[pattern: string, isMistake: boolean]>([
  ['refund', false],
  ['crm/refund', false],
  ['crm_refund', false],
  ['delegate_to_writer', false],
  ['writer/delegate_to_writer', false],
  ['refnd*', false],
  ['crm/*', false],
  ['refnd', true],
  ['crm/refnd', true],
  ['cmr/refund', true],
  ['delegate_to_writr', true],
])('an agent whose tools are known and that is to ask for %s', (toolApproval, isMistake) => {
  const problem = `[research/lead] toolApproval has "${toolApproval}", which is no tool; give some of crm/refund, crm/look`;
  expect(problemsWith(toolApproval, ['refund', 'look'])).toEqual(isMistake ? [problem] : []);
});

test.each<[pattern: string, problems: string[]]>([
  ['refnd', []],
  ['crm/refnd', []],
  ['cmr/refund', ['[research/lead] toolApproval has "cmr/refund", which is no tool; give some of crm/*']],
])('of tools that are not known it is the process that says so: %s', (toolApproval, problems) => {
  expect(problemsWith(toolApproval)).toEqual(problems);
});

function problemsWith(toolApproval: string, tools?: string[]): string[] {
  const said = problemsOf((scope) => {
    const modelAPI = ModelAPI.proxy(scope, 'models', { models: ['gpt-4o'] });
    const crm = MCPServer.fromUrl(scope, 'crm', {
      url: 'https://crm.example.com/mcp',
      ...(tools ? { tools } : {}),
    });
    const writer = new Agent(scope, 'writer', { modelAPI, model: 'gpt-4o' });
    const lead = new Agent(scope, 'lead', { modelAPI, model: 'gpt-4o', toolApproval: [toolApproval] });
    lead.use(crm);
    lead.addSubAgent(writer);
  });
  return said.filter((problem) => problem.includes('toolApproval'));
}
