import { createHash } from 'node:crypto';
import { type Tool } from './tools';

/** What OpenAI's API takes for the name of a function; with one that it does not take, it refuses the whole request. */
const LONGEST = 64;
const NOT_ALLOWED = /[^A-Za-z0-9_-]/g;
const HASH_LENGTH = 6;

/**
 * The tools by the name that the model calls each by: its own, as far as the API takes it. Where several would have
 * the same, each is called by its origin's name and its own; one whose name is then still somebody else's gets a mark
 * that follows from both. So no name depends on who is listed first.
 *
 * @param taken names that somebody else's tools have
 */
export function byName(tools: readonly Tool[], taken: ReadonlySet<string>): ReadonlyMap<string, Tool> {
  const own = tools.map(({ spec }) => allowedName(spec.name));
  const isShared = sharedAmong(own, taken);
  const apart = tools.map(({ origin, spec }, index) => {
    const name = own[index] ?? spec.name;
    return isShared(name) ? allowedName(`${origin}_${spec.name}`) : name;
  });
  const isStillShared = sharedAmong(apart, taken);
  const named = tools.map((tool, index) => {
    const name = apart[index] ?? tool.spec.name;
    const isOwn = name === own[index];
    return called(
      !isOwn && isStillShared(name) ? marked(name, `${tool.origin}/${tool.spec.name}`) : name,
      tool,
    );
  });
  return new Map(named.map((tool) => [tool.spec.name, tool]));
}

function sharedAmong(names: readonly string[], taken: ReadonlySet<string>): (name: string) => boolean {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return (name) => taken.has(name) || (times.get(name) ?? 0) > 1;
}

/** A name as the API takes it. */
export function allowedName(name: string): string {
  const replaced = name.replace(NOT_ALLOWED, '_');
  return replaced.length > LONGEST ? marked(replaced, name) : replaced;
}

/** A name with what tells it from others at its end. */
function marked(name: string, by: string): string {
  const hash = createHash('sha256').update(by).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, LONGEST - HASH_LENGTH - 1)}_${hash}`;
}

function called(name: string, tool: Tool): Tool {
  if (name === tool.spec.name) return tool;
  return { ...tool, spec: { ...tool.spec, name }, call: (args, request) => tool.call(args, request) };
}
