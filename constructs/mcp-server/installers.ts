import { posix } from 'node:path';

/** Commands that fetch a package when they are run, alone or by a word after them. */
const INSTALLERS: Readonly<Record<string, readonly string[] | 'always'>> = {
  npx: 'always',
  bunx: 'always',
  uvx: 'always',
  pipx: 'always',
  pip: 'always',
  pip3: 'always',
  npm: ['exec', 'x', 'install', 'i', 'ci', 'init', 'create'],
  pnpm: ['dlx', 'install', 'i', 'add', 'create'],
  yarn: ['dlx', 'install', 'add', 'create'],
  bun: ['x', 'install', 'add'],
  uv: ['run', 'tool', 'pip', 'sync', 'add'],
  poetry: ['install', 'add'],
};

/** Words that stand before the command that counts. */
const WRAPPERS = ['env', 'exec', 'nice', 'timeout', 'tini', 'dumb-init'];
const SHELLS = ['sh', 'bash', 'ash', 'dash', 'zsh'];

/**
 * What of a command installs a package when it is run, such as `npx` or `uv run`: what it is then depends on the day and
 * on the network.
 */
export function installerIn(command: readonly string[]): string | undefined {
  const [first = '', ...rest] = command;
  const name = nameOf(first);
  if (SHELLS.includes(name)) return firstOf(rest.flatMap(scriptCommands));
  if (WRAPPERS.includes(name)) {
    const wrapped = rest.findIndex((word) => !/^(-|\d|\w+=)/.test(word));
    return wrapped < 0 ? undefined : installerIn(rest.slice(wrapped));
  }
  if (/^python[\d.]*$/.test(name) && rest[0] === '-m') return installerIn(rest.slice(1));
  const subcommands = Object.hasOwn(INSTALLERS, name) ? INSTALLERS[name] : undefined;
  if (subcommands === 'always') return name;
  const subcommand = rest.find((word) => !word.startsWith('-'));
  return subcommand !== undefined && subcommands?.includes(subcommand) ? `${name} ${subcommand}` : undefined;
}

function firstOf(commands: readonly (readonly string[])[]): string | undefined {
  return commands.map(installerIn).find((installer) => installer !== undefined);
}

/** The commands of a text that a shell reads, roughly. */
function scriptCommands(text: string): string[][] {
  return text
    .split(/[;&|\n()`]+|\$\(/)
    .map((part) => part.split(/\s+/).filter((word) => word !== '' && !/^\w+=/.test(word)))
    .filter((words) => words.length > 0);
}

/** `/usr/bin/npx`, `npx.cmd` and `npx@10` are all npx. */
function nameOf(word: string): string {
  return posix.basename(word).replace(/(\.(cmd|exe)|@.*)$/, '');
}
