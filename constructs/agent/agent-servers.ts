import { type SecretValue } from 'cdk8s-plus-28';
import {
  type LockedDigests,
  type LockedServer,
  mcpServerHeaderVariable,
  mcpServerKeyVariable,
  mcpServerUrlVariable,
  MCP_PATH,
  type PeerServer,
} from '../../runtime/contract';
import { type Agent } from '../agent';
import { fail } from '../fail';
import { givenSecret } from '../given';
import { type IMCPServer } from '../mcp-server';
import { byText } from '../order';
import { type SecretFile } from '../workload/secret-files';
import { checkTimes } from './agent-checks';
import { mayAddPeer } from './peers';
import { checkToolNames } from '../mcp-server/tool-names';
import { type ToolUse } from './tool-use';

/** The tool servers of an agent, and how it uses each of them. */
export class AgentServers {
  private readonly uses = new Map<IMCPServer, ToolUse>();

  constructor(
    private readonly agent: Agent,
    private readonly remembers: boolean,
  ) {
    agent.node.addValidation({ validate: () => this.withoutKeys() });
  }

  get all(): readonly IMCPServer[] {
    return [...this.uses.keys()];
  }

  /** Patterns of the tools that wait for approval. */
  get approval(): readonly string[] {
    return this.sorted.flatMap(([{ name }, { approval = [] }]) =>
      approval === 'always' ? [`${name}/*`] : approval.map((tool) => `${name}/${tool}`),
    );
  }

  /** @returns whether it is one that the agent did not have */
  add(server: IMCPServer, said: ToolUse): boolean {
    const { agent } = this;
    if (!mayAddPeer(agent, 'tool server', mcpServerUrlVariable, this.all, server)) return false;
    const use: ToolUse = { ...said, apiKey: givenSecret(agent, 'apiKey', said.apiKey) };
    this.check(server, use);
    this.uses.set(server, use);
    if (use.apiKey) server.letIn?.({ agent, key: use.apiKey, tools: use.tools });
    return true;
  }

  /** What the agent's process is told of them, Secrets apart. */
  settings(): PeerServer[] {
    return this.sorted.map(([server, { tools, timeout }]) => ({
      name: server.name,
      url: server.mcpUrl === server.url + MCP_PATH ? server.url : server.mcpUrl,
      tools: tools && [...tools].sort(byText),
      timeoutMs: timeout?.toMilliseconds(),
      headers: headersOf(server).map(([name]) => ({ name })),
      isExternal: server.isExternal,
    }));
  }

  /** What the tools that it may use are locked with, where they are. */
  lockedDigests(): LockedDigests {
    const locked = this.sorted.flatMap(([{ name, lock }, { tools }]) =>
      lock ? [[name, digestsOf(lock, tools)]] : [],
    );
    return Object.fromEntries(locked) as LockedDigests;
  }

  /** The Secrets that it shows them. */
  secretFiles(): SecretFile[] {
    return this.sorted.flatMap(([server]) => {
      const key = this.keyFor(server);
      return [
        ...(key ? [{ variable: mcpServerKeyVariable(server.name), value: key }] : []),
        ...headersOf(server).map(([header, value]) => ({
          variable: mcpServerHeaderVariable(server.name, header),
          value,
        })),
      ];
    });
  }

  private keyFor(server: IMCPServer): SecretValue | undefined {
    return this.uses.get(server)?.apiKey ?? server.key;
  }

  private get sorted(): [IMCPServer, ToolUse][] {
    return [...this.uses].sort(([a], [b]) => byText(a.name, b.name));
  }

  /** Others may have been let in by keys of their own, and from then on nobody is without. */
  private withoutKeys(): string[] {
    return this.all
      .filter((server) => server.asksForKeys && !this.keyFor(server))
      .map(
        (server) =>
          `no key is shown to tool server "${server.name}", which asks for one; give apiKey to use(…)`,
      );
  }

  private check(server: IMCPServer, { tools, approval, timeout }: ToolUse): void {
    const { agent } = this;
    const of = `of tool server "${server.name}"`;
    checkTimes(agent, { [`timeout ${of}`]: timeout });
    checkToolNames(agent, `tools ${of}`, tools, server.toolNames);
    if (approval === undefined) return;
    if (approval !== 'always') {
      checkToolNames(agent, `approval ${of}`, approval, server.toolNames);
      const unused = approval.find((tool) => tools && !tools.includes(tool));
      if (unused !== undefined)
        fail(agent, `approval ${of} has "${unused}", which tools has not`, 'add it there, or leave it out');
    }
    if (!this.remembers)
      fail(
        agent,
        `approval ${of} is given beside Memory.none()`,
        'give a memory, which keeps the calls that wait',
      );
  }
}

/** Of tools that the agent does not use nothing is said, so that it is not rolled when they change. */
function digestsOf(lock: LockedServer, tools?: readonly string[]): Record<string, string> {
  const used = Object.entries(lock.tools).filter(([name]) => !tools || tools.includes(name));
  return Object.fromEntries(used.map(([name, { digest }]) => [name, digest]));
}

function headersOf({ headers = {} }: IMCPServer): [string, SecretValue][] {
  return Object.entries(headers).sort(([a], [b]) => byText(a, b));
}
