import { ModuleSource } from './mcp-server/module-source';
import { PythonSource } from './mcp-server/python-source';
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

  /** Names of the tools; of types alone. */
  declare protected readonly names: T;

  private constructor(
    /** Where they come from. */
    readonly source: ToolSource,
  ) {}
}
