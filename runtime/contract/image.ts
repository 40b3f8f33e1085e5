/** Numeric user and group of the runtime image. */
export const RUNTIME_UID = 65532;

/** Commands of the runtime image: one image, the command chooses the process. */
export const AGENT_COMMAND = ['node', '/app/agent.js'] as const;
export const MCP_SERVER_COMMAND = ['node', '/app/mcp-server.js'] as const;
/** Command of the image for tools in Python; `-P` keeps what lies in the working directory from being imported. */
export const PYTHON_SERVER_COMMAND = ['python', '-P', '-m', 'kaos_mcp'] as const;
/** What a tool module may import without bringing it along: the MCP server process provides it. */
export const PROVIDED_MODULES = ['cdk8s-kaos/tool', 'zod'] as const;
