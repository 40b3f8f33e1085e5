import { ModuleSource } from './mcp-server/module-source';
import { type ToolSource } from './mcp-server/tool-source';

/**
 * The tools of an MCP server.
 *
 * @typeParam T names of the tools, where they are known
 */
export class Tools<T extends string = string> {
  /**
   * Tools written in TypeScript or JavaScript: every export of the module that is made by `tool({ … })` of
   * `cdk8s-kaos/tool`, under the name of the export. The module is bundled at synthesis, together with all that it
   * imports, and served by our own MCP server process.
   *
   * @param path of the module, from the directory in which synthesis runs
   */
  static fromModule<T extends string = string>(path: string): Tools<T> {
    return new Tools(new ModuleSource(path));
  }

  /** Names of the tools; of types alone. */
  declare protected readonly names: T;

  private constructor(
    /** Where they come from. */
    readonly source: ToolSource,
  ) {}
}
