import { type Client } from '@modelcontextprotocol/sdk/client/index.js';
import { type Tool as MCPTool } from '@modelcontextprotocol/sdk/types.js';

/** All tools of a server, page by page. */
export async function listAllTools(client: Client, timeoutMs: number): Promise<MCPTool[]> {
  const tools: MCPTool[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools(cursor === undefined ? {} : { cursor }, { timeout: timeoutMs });
    tools.push(...page.tools);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return tools;
}
