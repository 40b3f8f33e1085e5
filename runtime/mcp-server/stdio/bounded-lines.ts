import { StringDecoder } from 'node:string_decoder';
import { type Readable } from 'node:stream';

/** Characters of one line that are kept. */
const LONGEST_LINE = 2_000;

/** Reads lines, however long they are: what is too long of one is never held in memory. */
export function readBoundedLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let line = '';
  let dropped = 0;
  const end = () => {
    const text = line.trimEnd();
    if (text !== '') onLine(dropped > 0 ? `${text}… (${dropped} characters more)` : text);
    line = '';
    dropped = 0;
  };
  const add = (text: string) => {
    const kept = text.slice(0, LONGEST_LINE - line.length);
    line += kept;
    dropped += text.length - kept.length;
  };
  stream.on('data', (chunk: Buffer) => {
    const [first = '', ...rest] = decoder.write(chunk).split('\n');
    add(first);
    for (const text of rest) {
      end();
      add(text);
    }
  });
  stream.once('end', end);
}
