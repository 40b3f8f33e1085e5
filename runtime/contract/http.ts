/** Ports, paths and headers, of our own processes and of those that they talk to. */

/** Port on which agents and MCP servers listen. */
export const HTTP_PORT = 8000;
/** Answers 200 while the process lives. */
export const HEALTH_PATH = '/health';
/** Answers 200 once every dependency was reached, 503 before. */
export const READY_PATH = '/ready';
/** OpenAI-compatible chat endpoint of agents and model gateways. */
export const CHAT_PATH = '/v1/chat/completions';
/** The models that an agent or a gateway answers for, in the format of OpenAI. */
export const MODELS_PATH = '/v1/models';
/** Agent card of A2A, where KAOS's agents and older clients look for it. */
export const CARD_PATH = '/.well-known/agent.json';
/** The same card, where A2A looks for it. */
export const A2A_CARD_PATH = '/.well-known/agent-card.json';
/** A2A as JSON-RPC. */
export const A2A_PATH = '/a2a';
/** Header in which a proxy says which path it has taken away, so that an agent can tell its own address. */
export const FORWARDED_PREFIX_HEADER = 'x-forwarded-prefix';
/** What an agent remembers of its sessions. */
export const MEMORY_EVENTS_PATH = '/memory/events';
export const MEMORY_SESSIONS_PATH = '/memory/sessions';
/** MCP over streamable HTTP. */
export const MCP_PATH = '/mcp';
/** Liveness of a LiteLLM proxy (its spelling); unlike its `/health` it calls no model. */
export const GATEWAY_LIVENESS_PATH = '/health/liveliness';
/** Readiness of a LiteLLM proxy. */
export const GATEWAY_READINESS_PATH = '/health/readiness';

/**
 * Agents that a request came through, outermost first, apart by commas and percent-encoded: how many they are is
 * how deep it was delegated.
 */
export const ANCESTORS_HEADER = 'x-kaos-ancestors';
/** More than that is no delegation that anybody wanted. */
export const MAX_ANCESTORS = 64;
/** Milliseconds for which the caller still waits. */
export const TIMEOUT_HEADER = 'x-kaos-timeout-ms';
/** `true` when the caller means to close a circle: the agent is then asked by way of itself, as deep as is allowed. */
export const ALLOW_CYCLE_HEADER = 'x-kaos-allow-cycle';
/** What is left of the caller's own limits, for all that is done for the request. */
export const STEPS_LEFT_HEADER = 'x-kaos-steps-left';
export const TOOL_CALLS_LEFT_HEADER = 'x-kaos-tool-calls-left';
export const TOKENS_LEFT_HEADER = 'x-kaos-tokens-left';
/** In replies to delegations: what was used, by agents further down too. */
export const STEPS_USED_HEADER = 'x-kaos-steps-used';
export const TOOL_CALLS_USED_HEADER = 'x-kaos-tool-calls-used';
export const TOKENS_USED_HEADER = 'x-kaos-tokens-used';
/** The session that a request belongs to, in requests and replies. */
export const SESSION_HEADER = 'x-session-id';
/** What a request is called, by its caller or else by the process, in requests and replies. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** More than that no process of ours could hold in memory as often as it may have to. */
export const MAX_BODY_BYTES = 256 * 1024 * 1024;
