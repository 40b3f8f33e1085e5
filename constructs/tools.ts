/** Where the tools of an MCP server come from. */
export type ToolSource = { readonly kind: 'module'; readonly path: string };

/** The tools of an MCP server. */
export class Tools {
  /**
   * Tools written in TypeScript or JavaScript: every export of the module that is made by `tool({ … })` of
   * `cdk8s-kaos/tool`, under the name of the export. The module is bundled at synthesis, together with all that it
   * imports, and served by our own MCP server process.
   *
   * @param path of the module, from the directory in which synthesis runs
   */
  static fromModule(path: string): Tools {
    return new Tools({ kind: 'module', path });
  }

  private constructor(
    /** Where they come from. */
    readonly source: ToolSource,
  ) {}
}
