import { type Message, type Part, Role } from '@a2a-js/sdk';
import { ContentTypeNotSupportedError, RequestMalformedError } from '@a2a-js/sdk/errors';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Decisions, decisions } from '../approval/approvals';
import { type ContentPart, type MessageContent } from '../model/chat';

/** What a message says: to the model, and of tool calls that wait for approval. */
export interface Said {
  readonly content: MessageContent | undefined;
  readonly approval: Decisions | undefined;
}

/** @throws RequestMalformedError or ContentTypeNotSupportedError for what no model could be told */
export function saidIn({ parts }: Message): Said {
  const approvals = parts.map(approvalIn).filter((found) => found !== undefined);
  const approval: Decisions | undefined =
    approvals.length === 0 ? undefined : Object.assign({}, ...approvals);
  const content = parts.filter((part) => approvalIn(part) === undefined).map(contentOf);
  if (content.length === 0 && !approval) throw new RequestMalformedError('message.parts holds nothing');
  const texts = content.map((part) => (part.type === 'text' ? String(part.text) : undefined));
  const isText = texts.every((text) => text !== undefined);
  return { content: content.length === 0 ? undefined : isText ? texts.join('\n') : content, approval };
}

export function textPart(text: string): Part {
  return {
    content: { $case: 'text', value: text },
    metadata: undefined,
    filename: '',
    mediaType: 'text/plain',
  };
}

export function dataPart(value: unknown): Part {
  const mediaType = 'application/json';
  return { content: { $case: 'data', value }, metadata: undefined, filename: '', mediaType };
}

/** Why a task failed, for people and for programs. */
export function errorParts(message: string, code: string | null): Part[] {
  return [textPart(message), dataPart({ kaos: { type: 'error', code } })];
}

export function agentMessage(ids: { taskId: string; contextId: string }, parts: Part[]): Message {
  const rest = { metadata: undefined, extensions: [], referenceTaskIds: [] };
  return { messageId: randomUUID(), role: Role.ROLE_AGENT, ...ids, parts, ...rest };
}

/** Text that came piece by piece is kept in one. */
export function mergeTexts(parts: readonly Part[]): Part[] {
  const merged: Part[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    const isText = part.content?.$case === 'text' && last?.content?.$case === 'text';
    if (!isText) merged.push(part);
    else merged[merged.length - 1] = textPart(String(last.content?.value) + String(part.content?.value));
  }
  return merged;
}

function approvalIn({ content }: Part): Decisions | undefined {
  if (content?.$case !== 'data') return undefined;
  return z.object({ approval: decisions }).safeParse(content.value).data?.approval;
}

function contentOf({ content, mediaType }: Part): ContentPart {
  switch (content?.$case) {
    case 'text':
      return { type: 'text', text: content.value };
    case 'data':
      return { type: 'text', text: JSON.stringify(content.value) };
    case 'url':
      if (mediaType.startsWith('image/')) return image(content.value);
      break;
    case 'raw':
      if (mediaType.startsWith('image/'))
        return image(`data:${mediaType};base64,${content.value.toString('base64')}`);
      if (mediaType.startsWith('text/')) return { type: 'text', text: content.value.toString('utf8') };
  }
  throw new ContentTypeNotSupportedError(
    `message.parts holds something of the type "${mediaType.slice(0, 64)}"`,
  );
}

function image(url: string): ContentPart {
  return { type: 'image_url', image_url: { url } };
}
