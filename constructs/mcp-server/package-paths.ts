const FOLDER = 'node_modules/';

/** The package that a bundled file is of, as `import` names it; undefined for files of the project itself. */
export function packageOf(path: string): string | undefined {
  return /^((?:@[^/]+\/)?[^/]+)\//.exec(insidePackages(path) ?? '')?.[1];
}

/** The directory of that package. */
export function packageDirectory(path: string): string {
  return path.slice(0, path.lastIndexOf(FOLDER) + FOLDER.length + (packageOf(path)?.length ?? 0));
}

/**
 * Pure: bundled code -> the same with paths of packages that do not tell where they were installed. A package manager
 * may put them above the project, below another package or behind links.
 */
export function withoutInstallPaths(code: string, paths: readonly string[]): string {
  const plain = new Map(
    paths.flatMap((path) => {
      const inside = insidePackages(path);
      return inside === undefined ? [] : [[path, FOLDER + inside]];
    }),
  );
  // Where esbuild writes paths: in a comment before each file, and as the name of a CommonJS file's function.
  return code.replace(
    /^(\s*\/\/ |\s*")(\S*node_modules\/[^"\n]*?)("\((?:exports\d*(?:, module\d*)?)?\) \{)?$/gm,
    (line, before: string, path: string, after = '') =>
      plain.has(path) ? `${before}${plain.get(path)}${after}` : line,
  );
}

function insidePackages(path: string): string | undefined {
  const start = path.lastIndexOf(FOLDER);
  return start < 0 ? undefined : path.slice(start + FOLDER.length);
}
