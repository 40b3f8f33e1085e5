import { type SecretValue } from 'cdk8s-plus-28';
import { type IConstruct } from 'constructs';
import {
  MCP_API_KEYS_VARIABLE,
  type MCPCaller,
  mcpCallerKeyVariable,
  mcpCallersToEnv,
} from '../../runtime/contract';
import { byText } from '../order';
import { type SecretFile } from '../workload/secret-files';

/** An agent that is let in by a key of its own. */
export interface ServerCaller {
  readonly agent: IConstruct & { readonly name: string; readonly endpoint: { readonly namespace?: string } };
  readonly key: SecretValue;
  /**
   * The tools that it sees and may call.
   * @default - all
   */
  readonly tools?: readonly string[];
}

/** Whom a tool server lets in. */
export class ServerCallers {
  private readonly own: ServerCaller[] = [];

  /** @param shared keys by which everybody who shows one may call all tools */
  constructor(private readonly shared: SecretValue | undefined) {}

  /** Whether whoever calls has to show a key. Complete at synthesis. */
  get askForKeys(): boolean {
    return this.shared !== undefined || this.own.length > 0;
  }

  add(caller: ServerCaller): void {
    this.own.push(caller);
  }

  /** Variables of the server's process, Secrets apart. */
  env(): Record<string, string> {
    const callers = this.named().map(([name, { tools }]): MCPCaller => ({
      name,
      tools: tools && [...tools].sort(byText),
    }));
    return mcpCallersToEnv({ callers });
  }

  secretFiles(): SecretFile[] {
    return [
      ...(this.shared ? [{ variable: MCP_API_KEYS_VARIABLE, value: this.shared }] : []),
      ...this.named().map(([name, { key }]) => ({ variable: mcpCallerKeyVariable(name), value: key })),
    ];
  }

  /** Reports callers whom the process could not tell apart. */
  problems(): string[] {
    const named = this.named().map(([name, { agent }]) => ({ variable: mcpCallerKeyVariable(name), agent }));
    return named.flatMap(({ variable, agent }, index) => {
      const other = named.slice(0, index).find((one) => one.variable === variable);
      const paths = `${other?.agent.node.path} and ${agent.node.path}`;
      return other
        ? [`the keys of ${paths} share the variable ${variable}; give one of them another id`]
        : [];
    });
  }

  /** Agents by their names, and where two of different namespaces share one, by namespace and name. */
  private named(): [string, ServerCaller][] {
    const names = this.own.map(({ agent }) => agent.name);
    return this.own
      .map((caller): [string, ServerCaller] => {
        const { name, endpoint } = caller.agent;
        const isShared = names.filter((other) => other === name).length > 1;
        return [isShared ? `${endpoint.namespace ?? ''}.${name}` : name, caller];
      })
      .sort(([a], [b]) => byText(a, b));
  }
}
