import { type Env } from '../contract';

/** Characters of one text that go on a span. */
const LONGEST_TEXT = 8192;
/** Characters of all texts of a span: each step repeats what was said before, and what is new stands last. */
const LONGEST_CONTENT = 32_768;
/** A word that is longer is cut as it is. */
const LONGEST_WORD = 512;

/** Whether spans are to tell what was said, by the variable that the GenAI conventions have for it. */
export function capturesContent({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: asked }: Env): boolean {
  return /^(true|1|yes|span_only|span_and_event)$/i.test(asked ?? '');
}

/** A text that may be long, as it goes on a span: without its last word, of half of which nobody could tell a secret. */
export function shortened(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  const certain = text.slice(0, LONGEST_TEXT - LONGEST_WORD);
  const end = text.slice(LONGEST_TEXT - LONGEST_WORD, LONGEST_TEXT);
  return `${certain}${end.replace(/\S+$/, '')}…`;
}

/** The last of the items that fit on a span together, as JSON. */
export function latest(items: readonly unknown[]): string {
  const texts = items.map((item) => JSON.stringify(item));
  let length = 0;
  const first = texts.findLastIndex((text) => (length += text.length) > LONGEST_CONTENT);
  return `[${texts.slice(first + 1).join(',')}]`;
}
