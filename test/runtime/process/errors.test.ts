import { pino } from 'pino';
import { DelegationError, ToolError } from '../../../runtime/process/failure-for-model';

test.each([
  new ToolError('tool_error', 'tool "look" answered with an error', { forModel: 'a secret was seen' }),
  new DelegationError('the task of agent "worker" is failed', { forModel: 'a secret was dug up' }),
])('what the model is told of a failure is not logged', (error) => {
  let line = '';
  const log = pino({}, { write: (text) => void (line = text) });
  log.error({ err: error }, 'failed');
  expect(line).toContain(error.message.replaceAll('"', '\\"'));
  expect(line).not.toContain('a secret');
  expect(error.forModel).toContain('a secret');
});
