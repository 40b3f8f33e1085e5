import { type IConstruct } from 'constructs';
import { type Message } from 'esbuild';
import { fail } from '../fail';
import { bundle, type Bundled } from './esbuild-bundle';
import { modulePod } from './module-source';
import { checked } from './tool-bundle';
import { type ServerPod, type ToolSource } from './tool-source';

const FILE = 'tools';
const WHAT = 'inline code';

/** What is there without an import, unless the code declares it itself. */
const SCOPE: Readonly<Record<string, string>> = {
  tool: "import { tool } from 'cdk8s-kaos/tool';",
  z: "import { z } from 'zod';",
};

/** Tools written as a few lines of TypeScript within the app. */
export class InlineSource implements ToolSource {
  constructor(private readonly code: string) {}

  podOf(scope: IConstruct, name: string): ServerPod {
    return modulePod(scope, name, { fileName: `${FILE}.js`, code: this.bundled(scope) });
  }

  private bundled(scope: IConstruct): string {
    if (!/\bexports?\b/.test(this.code)) {
      fail(scope, `${WHAT} exports no tool`, 'write `export const name = tool({ … })`');
      return '';
    }
    const directory = process.cwd();
    const { bundled, linesBefore } = bundleInScope(this.code, directory, Object.keys(SCOPE));
    const where = ({ location }: Message) =>
      location?.file === `${FILE}.ts`
        ? `line ${location.line - linesBefore}, column ${location.column + 1}: `
        : '';
    return checked(scope, { what: WHAT, bundled, directory }, where);
  }
}

function bundleInScope(
  code: string,
  directory: string,
  names: readonly string[],
): { bundled: Bundled; linesBefore: number } {
  const contents = [...names.map((name) => SCOPE[name]), code].join('\n');
  const bundled = bundle({
    absWorkingDir: directory,
    stdin: { contents, resolveDir: directory, sourcefile: `${FILE}.ts`, loader: 'ts' },
  });
  const [, declared] =
    /^The symbol "(\w+)" has already been declared$/.exec(bundled.problem?.text ?? '') ?? [];
  if (declared === undefined || !names.includes(declared)) return { bundled, linesBefore: names.length };
  return bundleInScope(
    code,
    directory,
    names.filter((name) => name !== declared),
  );
}
