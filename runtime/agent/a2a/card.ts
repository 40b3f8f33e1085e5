import { type AgentConfig, A2A_PATH } from '../../contract';

/** What a card says of a tool. */
export interface CardTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: object;
}

/** Agents of ours tell each other by it that headers of a delegation are understood. */
export const DELEGATION_EXTENSION = 'urn:cdk8s-kaos:delegation:v1';

const INPUT_MODES = ['text/plain', 'application/json', 'image/png', 'image/jpeg'];
const OUTPUT_MODES = ['text/plain'];
const SCHEME = 'bearer';

export interface CardSource {
  readonly config: Pick<AgentConfig, 'name' | 'description' | 'mcpServers' | 'subAgents'>;
  /** The address by which the caller reached the agent. */
  readonly baseUrl: string;
  readonly tools: readonly CardTool[];
  /** Whether callers show a key. */
  readonly isProtected: boolean;
}

/** The card that KAOS's clients ask for: its skills are the tools, and its capabilities are words. */
export function kaosCard({ config, baseUrl, tools }: CardSource) {
  const { name, description, mcpServers, subAgents } = config;
  const skills = tools.map(({ name: tool, description: about = '', inputSchema }) => ({
    name: tool,
    description: about,
    inputSchema,
  }));
  const capabilities = [
    'message_processing',
    'task_execution',
    ...(mcpServers.length > 0 ? ['tool_execution'] : []),
    ...(subAgents.length > 0 ? ['task_delegation'] : []),
  ];
  return { name, description, url: baseUrl, skills, capabilities };
}

/**
 * The card of A2A 1.0.
 *
 * @see https://a2a-protocol.org/v1.0.0/specification/
 */
export function a2aCard(source: CardSource) {
  return {
    ...commonCard(source),
    supportedInterfaces: interfacesAt(source.baseUrl),
    skills: skillsOf(source).map(({ skill }) => skill),
    ...(source.isProtected
      ? {
          securitySchemes: { [SCHEME]: { httpAuthSecurityScheme: { scheme: 'Bearer' } } },
          securityRequirements: [{ schemes: { [SCHEME]: { list: [] } } }],
        }
      : {}),
  };
}

/**
 * The card of A2A 0.3, for who names no version or that one: what KAOS says of a tool stands beside.
 *
 * @see https://a2a-protocol.org/v0.3.0/specification/
 */
export function a2aCardOf03(source: CardSource) {
  return {
    ...commonCard(source),
    protocolVersion: '0.3',
    url: source.baseUrl + A2A_PATH,
    preferredTransport: 'JSONRPC',
    // Clients of 1.0 that named no version find what they look for.
    supportedInterfaces: interfacesAt(source.baseUrl),
    skills: skillsOf(source).map(({ skill, inputSchema }) => ({
      ...skill,
      ...(inputSchema && { inputSchema }),
    })),
    ...(source.isProtected
      ? { securitySchemes: { [SCHEME]: { type: 'http', scheme: 'bearer' } }, security: [{ [SCHEME]: [] }] }
      : {}),
  };
}

function commonCard({ config: { name, description } }: CardSource) {
  const extension = {
    uri: DELEGATION_EXTENSION,
    description: 'Takes deadline, depth and limits of a delegation as headers',
  };
  return {
    name,
    description,
    version: '1',
    capabilities: { streaming: true, pushNotifications: false, extensions: [extension] },
    defaultInputModes: INPUT_MODES,
    defaultOutputModes: OUTPUT_MODES,
  };
}

function interfacesAt(baseUrl: string) {
  const url = baseUrl + A2A_PATH;
  return ['1.0', '0.3'].map((protocolVersion) => ({ url, protocolBinding: 'JSONRPC', protocolVersion }));
}

function skillsOf({ config: { name, description }, tools }: CardSource) {
  const own = { skill: { id: name, name, description, tags: ['agent'] }, inputSchema: undefined };
  const others = tools.map(({ name: tool, description: about = '', inputSchema }) => ({
    skill: { id: tool, name: tool, description: about || tool, tags: ['tool'] },
    inputSchema,
  }));
  return [own, ...others];
}
