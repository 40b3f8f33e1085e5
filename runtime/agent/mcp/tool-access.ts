import { type Tool as MCPTool } from '@modelcontextprotocol/sdk/types.js';
import { type Logger } from 'pino';
import { type PeerServer } from '../../contract';
import { type Refusal, type ToolLock } from './tool-lock';

/** A listing of a server, as far as the agent may use it. */
interface Usable {
  readonly tools: readonly MCPTool[];
  readonly refusals: readonly Refusal[];
}

/** Which of a server's tools an agent may see and call. */
export class ToolAccess {
  private readonly allowed: ReadonlySet<string> | undefined;
  /** As long as a listing lives, the same is to be said of it. */
  private readonly judged = new WeakMap<readonly MCPTool[], Usable>();
  private readonly warned = new Set<string>();
  private looked: readonly MCPTool[] | undefined;
  private absent: readonly string[] = [];

  constructor(
    private readonly server: Pick<PeerServer, 'name' | 'tools'>,
    /** Undefined where whatever the server says of its tools is taken. */
    private readonly lock: ToolLock | undefined,
    private readonly log: Logger,
    /** Is told of each new listing. */
    private readonly onListed: (names: readonly string[]) => void = () => undefined,
  ) {
    this.allowed = server.tools && new Set(server.tools);
  }

  /** Tools that it may use and the server did not offer when it was last asked, as `server/tool`. */
  get missing(): readonly string[] {
    return this.absent;
  }

  /** Those of what the server offers that the agent may use; says what is wrong with the offer. */
  admit(offered: readonly MCPTool[]): readonly MCPTool[] {
    if (this.looked !== offered) this.look(offered);
    this.looked = offered;
    const { tools, refusals } = this.judge(offered);
    for (const refusal of refusals) this.lock?.tell(refusal);
    return tools;
  }

  /** As `admit`, without a word. */
  usable(offered: readonly MCPTool[]): readonly MCPTool[] {
    return this.judge(offered).tools;
  }

  private judge(offered: readonly MCPTool[]): Usable {
    const known = this.judged.get(offered);
    if (known) return known;
    const { allowed, lock } = this;
    const refusals: Refusal[] = [];
    const tools = offered.filter((tool) => {
      if (allowed && !allowed.has(tool.name)) return false;
      const refusal = lock?.refusalOf(tool);
      if (refusal) refusals.push(refusal);
      return !refusal;
    });
    const usable = { tools, refusals };
    this.judged.set(offered, usable);
    return usable;
  }

  private look(offered: readonly MCPTool[]): void {
    const names = offered.map(({ name }) => name);
    this.onListed(names);
    this.noteAbsent(new Set(names));
  }

  private noteAbsent(names: ReadonlySet<string>): void {
    const absent = [...(this.allowed ?? [])].filter((name) => !names.has(name));
    this.absent = absent.map((name) => `${this.server.name}/${name}`);
    for (const name of absent) {
      if (this.warned.has(name)) continue;
      this.warned.add(name);
      this.log.warn(
        `MCP server "${this.server.name}" does not offer the tool "${name}", which the agent may use`,
      );
    }
  }
}
