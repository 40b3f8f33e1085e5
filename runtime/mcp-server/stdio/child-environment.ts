import { type Env } from '../../contract';

/** What any command needs to find its files. */
const ALWAYS = ['PATH', 'HOME', 'TMPDIR'];
/** What the SDK would pass on unasked. */
const NEVER = ['LOGNAME', 'SHELL', 'TERM', 'USER'];

/** Pure: the environment of our process -> that of a command, which gets the variables that are named and no others. */
export function childEnvironment(env: Env, names: readonly string[]): Record<string, string> {
  const passed = [...ALWAYS, ...names].map((name) => [name, env[name]]);
  // For the SDK a variable without a value stands in place of its own; Node gives a process only those that have one.
  return Object.fromEntries([...NEVER.map((name) => [name, undefined]), ...passed]) as Record<string, string>;
}
