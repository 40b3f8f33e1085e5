import { z } from 'zod';
import { ConfigError, PROVIDED_MODULES } from '../../../runtime/contract';
import { PROVIDED } from '../../../runtime/mcp-server/provided-modules';
import { runnableTool } from '../../../runtime/mcp-server/run-tool';
import { tool } from '../../../runtime/mcp-server/tool';

test('fails when a schema cannot be shown to a model', () => {
  const definition = tool({ description: 'Waits', input: z.object({ until: z.date() }), handler: () => '' });
  expect(() => runnableTool({ name: 'wait', definition })).toThrow(
    new ConfigError([
      'MCP_TOOL_MODULES: the input schema of tool "wait" is no JSON Schema: Date cannot be represented in JSON Schema',
    ]),
  );
});

test('what the process provides is what synthesis leaves out of a bundle', () => {
  expect(Object.keys(PROVIDED).sort()).toEqual([...PROVIDED_MODULES].sort());
});
