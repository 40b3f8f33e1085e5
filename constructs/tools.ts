import {
  EntrySource,
  type NoVariables,
  type ToolServerDefinition,
  type VariableKinds,
  type VariableValues,
} from './mcp-server/entry-source';
import { ImageSource, type ImageToolsProps } from './mcp-server/image-source';
import { KubernetesSource, type KubernetesToolsProps } from './mcp-server/kubernetes-source';
import { InlineSource } from './mcp-server/inline-source';
import { ModuleSource } from './mcp-server/module-source';
import { PythonSource } from './mcp-server/python-source';
import { SlackSource, type SlackTool, type SlackToolsProps } from './mcp-server/slack-source';
import { StdioSource, type StdioToolsProps } from './mcp-server/stdio-source';
import { type ToolSource } from './mcp-server/tool-source';
import { type LockedServer } from '../runtime/contract';

/** Makes tools of a server that was defined, from values for its variables. */
export type ToolServer<K extends VariableKinds = VariableKinds, T extends string = string> = (
  ...values: keyof K extends never
    ? [values?: Record<string, never>]
    : NoVariables extends VariableValues<K>
      ? [values?: VariableValues<K>]
      : [values: VariableValues<K>]
) => Tools<T>;

/**
 * The tools of an MCP server.
 *
 * @typeParam T names of the tools, where they are known
 */
export class Tools<T extends string = string> {
  /**
   * Tools written in TypeScript or JavaScript: every export of the module that is made by `tool({ … })` of
   * `cdk8s-kaos/tool`, under the name of the export. The module is bundled at synthesis, together with all that it
   * imports, npm packages included, and served by our own MCP server process. Native packages, and more than a ConfigMap
   * holds, are refused: then an image has to be built.
   *
   * @param path of the module, from the directory in which synthesis runs
   */
  static fromModule<T extends string = string>(path: string): Tools<T> {
    return new Tools(new ModuleSource(path));
  }

  /**
   * Tools written in Python: every public function of the code, with its docstring as the description and its
   * annotations as the schema. Names that begin with `_`, imports, classes and constants are no tools. Served by
   * FastMCP. The indentation that all lines share is taken away. Where there is a `python3`, synthesis finds syntax
   * errors.
   *
   * @example
   * Tools.python(`
   *   import math
   *
   *   def area(radius: float) -> float:
   *       """Area of a circle."""
   *       return math.pi * radius**2
   * `);
   */
  static python<T extends string = string>(code: string): Tools<T> {
    return new Tools(new PythonSource({ code }));
  }

  /**
   * As `python`, with the code in a file.
   *
   * @param path of the file, from the directory in which synthesis runs
   */
  static fromPython<T extends string = string>(path: string): Tools<T> {
    return new Tools(new PythonSource({ path }));
  }

  /**
   * Tools of an image: an MCP server of your own, or of anybody else, that speaks streamable HTTP. It runs under the
   * restricted Pod Security Standard.
   */
  static image<T extends string = string>(props: ImageToolsProps): Tools<T> {
    return new Tools(new ImageSource(props));
  }

  /**
   * Describes an MCP server once, for all who use it: its image, how it is run, which variables it requires and what it
   * calls. What comes back makes tools of it, from values for the variables; one that is missing or not known does not
   * compile.
   *
   * @example
   * const github = Tools.define({
   *   image: 'registry.example.com/github-mcp:1.4.0',
   *   env: { GITHUB_TOKEN: 'secret', GITHUB_HOST: 'text?' },
   *   egress: [Egress.toInternet()],
   * });
   * new MCPServer(chart, 'github', { tools: github({ GITHUB_TOKEN: token }) });
   */
  static define<const K extends VariableKinds = NoVariables, const T extends string = string>(
    definition: ToolServerDefinition<K, T>,
  ): ToolServer<K, T> {
    return (...[values = {}]) => new Tools<T>(new EntrySource(definition, values));
  }

  /**
   * Tools that look into the cluster and, where allowed, change it: kubernetes-mcp-server, with a ServiceAccount of its
   * own that may do what is said here and nothing else.
   */
  static kubernetes(props: KubernetesToolsProps): Tools {
    return new Tools(new KubernetesSource(props));
  }

  /** Tools for a workspace of Slack, as one of its bots. */
  static slack(props: SlackToolsProps): Tools<SlackTool> {
    return new Tools(new SlackSource(props));
  }

  /**
   * Tools written as a few lines of TypeScript: what a module would have in its file. `tool` and `z` need no import; what is
   * imported is found from the directory in which synthesis runs.
   *
   * @example
   * Tools.inline(`
   *   export const add = tool({
   *     description: 'Adds two numbers',
   *     input: z.object({ a: z.number(), b: z.number() }),
   *     handler: ({ a, b }) => String(a + b),
   *   });
   * `)
   */
  static inline<T extends string = string>(code: string): Tools<T> {
    return new Tools(new InlineSource(code));
  }

  /**
   * Tools of a command that speaks MCP over stdio, such as a server from npm or PyPI: our own MCP server process starts it,
   * and bridges it to streamable HTTP. The command is part of the image; nothing is installed when a pod starts.
   */
  static stdio<T extends string = string>(props: StdioToolsProps): Tools<T> {
    return new Tools(new StdioSource(props));
  }

  private constructor(
    /** Where they come from. */
    readonly source: ToolSource,
    /** What they say of themselves, where somebody looked at it. */
    readonly lock?: LockedServer<T>,
  ) {}

  /**
   * The same tools, with names that are known to the compiler: agents are offered them as long as they say what they said
   * when `kaos tools lock` wrote them down, and no others.
   *
   * @param lock what `tools.lock.json` says of the server, as `lock.servers['<chart>/<server>']`
   */
  locked<N extends string>(lock: LockedServer<N>): Tools<N> {
    // What has met no compiler may be nothing at all, and must not unlock them.
    return new Tools(
      this.source,
      (lock as LockedServer<N> | undefined) ?? ({ tools: {} } as LockedServer<N>),
    );
  }
}
