import { type MessageContent } from '../model/chat';

/** What is text of a message; images and the like are left out. */
export function contentText(content: MessageContent | null): string {
  if (content === null) return '';
  if (typeof content === 'string') return content;
  return content.flatMap(({ text }) => (typeof text === 'string' ? text : [])).join('\n');
}
