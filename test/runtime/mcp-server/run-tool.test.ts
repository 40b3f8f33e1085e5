import { z } from 'zod';
import { ConfigError, PROVIDED_MODULES } from '../../../runtime/contract';
import { PROVIDED } from '../../../runtime/mcp-server/provided-modules';
import { runnableTool } from '../../../runtime/mcp-server/run-tool';
import { timeLimited } from '../../../runtime/mcp-server/time-limit';
import { tool } from '../../../runtime/mcp-server/tool';
import { buildLogger } from '../../../runtime/telemetry/log';
import { buildInstrumentation } from '../../../runtime/telemetry/with-span';

const log = buildLogger({ name: 'search', level: 'ERROR', export: true });
const { withSpan } = buildInstrumentation('search', log);

test('fails when a schema cannot be shown to a model', () => {
  const definition = tool({ description: 'Waits', input: z.object({ until: z.date() }), handler: () => '' });
  expect(() => runnableTool({ name: 'wait', definition }, { log, withSpan })).toThrow(
    new ConfigError([
      'MCP_TOOL_MODULES: the input schema of tool "wait" is no JSON Schema: Date cannot be represented in JSON Schema',
    ]),
  );
});

test('what the process provides is what synthesis leaves out of a bundle', () => {
  expect(Object.keys(PROVIDED).sort()).toEqual([...PROVIDED_MODULES].sort());
});

test('fails when a handler gives no answer in time, and tells the handler', async () => {
  let heard: unknown;
  const definition = tool({
    description: 'Never answers',
    input: z.object({}),
    handler: (_args, { signal }) =>
      new Promise(() => signal.addEventListener('abort', () => (heard = signal.reason))),
  });
  const limited = timeLimited(runnableTool({ name: 'hang', definition }, { log, withSpan }), 20);
  const error = await limited.run({}, new AbortController().signal).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'tool_timeout', message: 'tool "hang" gave no answer in 20 ms' });
  expect(heard).toBe(error);
});
