import { type Tool as MCPTool } from '@modelcontextprotocol/sdk/types.js';

/** A client of MCP, of any protocol. */
interface ListsTools {
  listTools(
    page: { cursor?: string },
    options: { timeout: number },
  ): Promise<{ tools: MCPTool[]; nextCursor?: string | undefined }>;
}

/** All tools of a server, page by page. */
export async function listAllTools(client: ListsTools, timeoutMs: number): Promise<MCPTool[]> {
  const tools: MCPTool[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools(cursor === undefined ? {} : { cursor }, { timeout: timeoutMs });
    tools.push(...page.tools);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return tools;
}
