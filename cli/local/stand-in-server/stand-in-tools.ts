import { type RunnableTool } from '../../../runtime/mcp-server/run-tool';
import { type LockedTool } from './locked-tools';

/** The one tool of a server of which nothing is known. */
export function demoToolName(server: string): string {
  return `${server}_demo`;
}

/** What a server that is not here is stood in for with: its tools as they are known, and answers that are none. */
export function standInTools(server: string, known: ReadonlyMap<string, LockedTool>): RunnableTool[] {
  const tools = known.size > 0 ? [...known] : [[demoToolName(server), DEMO_TOOL] as const];
  return tools.map(([name, { description, inputSchema }]) => ({
    name,
    description,
    inputSchema,
    run: (args) => Promise.resolve({ content: [{ type: 'text', text: answer(server, name, args) }] }),
  }));
}

const DEMO_TOOL: LockedTool = {
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
