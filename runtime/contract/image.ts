/** Numeric user and group of the runtime image. */
export const RUNTIME_UID = 65532;

/** Commands of the runtime image: one image, the command chooses the process. */
export const AGENT_COMMAND = ['node', '/app/agent.js'] as const;
export const MCP_SERVER_COMMAND = ['node', '/app/mcp-server.js'] as const;
/** What a tool module may import without bringing it along: the MCP server process provides it. */
export const PROVIDED_MODULES = ['cdk8s-kaos/tool', 'zod'] as const;
