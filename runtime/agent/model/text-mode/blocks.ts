import { LooseJsonError, readLooseJson } from './loose-json';

/** What begins a block, wherever it stands; looked for from the first backtick of several alone, or it would take long. */
export const OPENING = /(?<!`)`{3,}[^\S\n]*(tool[_-]?calls?|delegates?)\b/i;

/** Of one text; what follows is not looked at, so that nobody can keep the process busy with blocks. */
const MAX_BLOCKS = 1_000;

/** A reply taken apart. */
export interface Blocks {
  /** What is said beside the blocks. */
  readonly text: string;
  readonly blocks: readonly Block[];
}

export interface Block {
  /** All between the fences, as it was written. */
  readonly body: string;
  readonly requests: readonly BlockRequest[];
  /** What is wrong with the rest of it. */
  readonly problem: string | undefined;
}

/** What a block asks for. */
export type BlockRequest =
  | { readonly kind: 'tool'; readonly name: string; readonly arguments: unknown }
  | { readonly kind: 'delegation'; readonly agent: string; readonly task: unknown };

/**
 * Finds the fenced `tool_call` and `delegate` blocks of a text, on one line or several, with one value or a list,
 * closed or not.
 *
 * @param isCutOff whether the text ends because there was no more room: then nothing is added to it
 */
export function findBlocks(text: string, isCutOff = false): Blocks {
  const said: string[] = [];
  const blocks: Block[] = [];
  let rest = text;
  for (let opening = OPENING.exec(rest); opening; opening = OPENING.exec(rest)) {
    said.push(rest.slice(0, opening.index));
    const inside = rest.slice(opening.index + opening[0].length);
    if (blocks.length === MAX_BLOCKS) {
      blocks.push({ body: inside, requests: [], problem: 'is one too many' });
      rest = '';
      break;
    }
    const { block, length } = readBlock(inside, isCutOff);
    blocks.push(block);
    rest = inside.slice(length);
  }
  if (blocks.length === 0) return { text, blocks };
  said.push(rest);
  // What comes before the first block may have been passed on already, as far as its last word.
  const [first = '', ...others] = said.map((part, index) => (index === 0 ? part.trimEnd() : part.trim()));
  const parts = [first, ...others].filter((part) => part !== '');
  return { text: parts.join('\n\n'), blocks };
}

function readBlock(text: string, isCutOff: boolean): { block: Block; length: number } {
  const requests: BlockRequest[] = [];
  let position = 0;
  try {
    for (let start = nextValue(text, 0); start !== undefined; start = nextValue(text, position)) {
      const { value, end, mended } = readLooseJson(text, start);
      if (mended && isCutOff && end >= text.trimEnd().length) throw new LooseJsonError('breaks off');
      position = end;
      requests.push(...[value].flat(2).map(requestIn));
    }
    if (requests.length === 0) throw new LooseJsonError('is empty');
  } catch (error) {
    if (!(error instanceof LooseJsonError)) throw error;
    const end = text.indexOf('```', position);
    const body = text.slice(0, end < 0 ? undefined : end);
    return { block: { body, requests, problem: error.message }, length: closedAt(text, body.length) };
  }
  const body = text.slice(0, position);
  return { block: { body, requests, problem: undefined }, length: closedAt(text, position) };
}

/** Where the next value of a block begins, if there is one. */
function nextValue(text: string, position: number): number | undefined {
  const start = position + (/^[\s,;]*/.exec(text.slice(position))?.[0].length ?? 0);
  const next = text[start];
  if (next === '{' || next === '[') return start;
  if (position === 0 && next !== undefined && next !== '`') throw new LooseJsonError('is no JSON');
  return undefined;
}

/** The fence that closes a block belongs to it. */
function closedAt(text: string, position: number): number {
  return position + (/^\s*`{3,}/.exec(text.slice(position))?.[0].length ?? 0);
}

/** By what it holds, not by its label: models mix those up. */
function requestIn(value: unknown): BlockRequest {
  const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const { tool, name, agent, task } = fields;
  const called = tool ?? name;
  if (typeof called === 'string' && called !== '') {
    const args = fields.arguments ?? fields.args ?? fields.parameters ?? {};
    return { kind: 'tool', name: called, arguments: args };
  }
  if (typeof agent === 'string' && agent !== '' && task !== undefined)
    return { kind: 'delegation', agent, task };
  throw new LooseJsonError('has neither "tool" and "arguments" nor "agent" and "task"');
}
