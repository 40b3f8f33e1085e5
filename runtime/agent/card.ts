import { type AgentConfig, CHAT_PATH } from '../contract';

/** The agent card: who the agent is, and where and how it is spoken to. */
export interface AgentCard {
  readonly name: string;
  readonly description: string;
  readonly url: string;
  readonly version: string;
  readonly capabilities: { readonly streaming: boolean; readonly pushNotifications: boolean };
  readonly defaultInputModes: readonly string[];
  readonly defaultOutputModes: readonly string[];
  readonly skills: readonly AgentSkill[];
}

export interface AgentSkill {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
}

/** @param baseUrl the address by which the caller reached the agent */
export function buildAgentCard({ name, description }: AgentConfig, baseUrl: string): AgentCard {
  return {
    name,
    description,
    url: baseUrl + CHAT_PATH,
    version: '1',
    capabilities: { streaming: false, pushNotifications: false },
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [{ id: name, name, description, tags: ['agent'] }],
  };
}
