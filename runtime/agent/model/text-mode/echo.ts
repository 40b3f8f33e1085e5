import { type ChatMessage } from '../chat';
import { contentText } from '../../context/content-text';
import { type Block, findBlocks } from './blocks';

/**
 * Tells what a model asks for from what it repeats: a block that stands in what a user said or a tool answered was
 * somebody else's wish, however the model came to write it down.
 */
export class Echoes {
  private readonly said: string;
  private readonly requests: ReadonlySet<string>;

  constructor(messages: readonly ChatMessage[]) {
    const foreign = messages.filter(({ role }) => role === 'user' || role === 'tool');
    const texts = foreign.map(({ content }) => contentText(content));
    this.said = bare(texts.join('\n'));
    this.requests = new Set(texts.flatMap((text) => findBlocks(text).blocks).flatMap(requestsIn));
  }

  has(block: Block): boolean {
    const body = bare(block.body);
    const isRepeated = body !== '' && this.said.includes(body);
    return isRepeated || requestsIn(block).some((request) => this.requests.has(request));
  }
}

/** Without what changes when text is quoted, indented or put into JSON. */
function bare(text: string): string {
  return text.replace(/\\[nrt]|[\s\\]/g, '');
}

/** The same for the same request, whatever it is written like. */
function requestsIn({ requests }: Block): string[] {
  return requests.map((request) => JSON.stringify(request, sortedKeys));
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
