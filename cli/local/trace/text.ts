import { stripVTControlCharacters } from 'node:util';

/** Text from the network made fit for a terminal: one line, no escape sequence, no control or hidden character. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\t\n\r\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .trim();
}

/** Cells that a text takes in a terminal. */
export function cells(text: string): number {
  let count = 0;
  for (const character of text) count += cellsOf(character);
  return count;
}

/** Text cut to a number of cells, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (cells(text) <= width) return text;
  let kept = '';
  let count = 0;
  for (const character of text) {
    count += cellsOf(character);
    if (count > width - 1) break;
    kept += character;
  }
  return width > 0 ? `${kept}…` : '';
}

/** Text cut or filled with blanks to exactly a number of cells. */
export function fit(text: string, width: number): string {
  const shown = cut(text, width);
  return shown + ' '.repeat(width - cells(shown));
}

function cellsOf(character: string): number {
  if (/\p{M}/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** East Asian scripts and emoji take two cells. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
