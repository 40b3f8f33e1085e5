import { OPENING } from './blocks';

/** What may be the beginning of a block. */
const PERHAPS = /(?<!`)(`{1,2}|`{3,}[^\S\n]*[a-z_-]{0,12})$/i;

/** Passes text on as it comes, except for blocks and what may become one; from the first block on it passes nothing. */
export class HeldBack {
  private waiting = '';
  private closed = false;

  /** @returns what may be passed on now */
  add(piece: string): string {
    if (this.closed) return '';
    const text = this.waiting + piece;
    const opening = OPENING.exec(text);
    this.closed = opening !== null;
    const beginning = (opening ?? PERHAPS.exec(text))?.index ?? text.length;
    // The space before a block goes with it.
    const end = text.slice(0, beginning).trimEnd().length;
    this.waiting = text.slice(end);
    return text.slice(0, end);
  }
}
