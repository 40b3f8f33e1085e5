import { type LockedServer, type LockedTool } from '../../../runtime/contract';
import { type RunnableTool } from '../../../runtime/mcp-server/run-tool';

/** The one tool of a server of which nothing is known. */
export function demoToolName(server: string): string {
  return `${server}_demo`;
}

/** What a server that is not here is stood in for with: its tools as they are known, and answers that are none. */
export function standInTools(server: string, known: LockedServer['tools']): RunnableTool[] {
  const tools = Object.entries<Words>(known);
  if (tools.length === 0) tools.push([demoToolName(server), DEMO_TOOL]);
  return tools.map(([name, { description, inputSchema }]) => ({
    name,
    description,
    inputSchema: { ...inputSchema, type: 'object' },
    run: (args) => Promise.resolve({ content: [{ type: 'text', text: answer(server, name, args) }] }),
  }));
}

type Words = Pick<LockedTool, 'description' | 'inputSchema'>;

const DEMO_TOOL: Words = {
  description: 'Stands for the tools of a server that is not on this machine.',
  inputSchema: {
    type: 'object',
    properties: { text: { type: 'string', description: 'Anything' } },
    required: ['text'],
  },
};

function answer(server: string, tool: string, args: unknown): string {
  return `This is a stand-in for ${server}, which did nothing. It was asked for ${tool} with ${JSON.stringify(args ?? {})}`;
}
