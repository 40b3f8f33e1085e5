import { type Attributes, trace } from '@opentelemetry/api';
import { latest, shortened } from '../telemetry/message-content';
import { CONTENT } from '../telemetry/names';
import { type ChatMessage, type MessageContent } from './model/chat';
import { type Model, type ModelQuestion, type ModelReply } from './model/model';
import { type Tool, type Tools } from './tools/tools';

/** The model, telling on the span of each call what it was asked and what it answered. */
export function capturingModel(model: Model): Model {
  return {
    async complete(question, ...rest) {
      const span = trace.getActiveSpan();
      span?.setAttributes(questionAttributes(question));
      const reply = await model.complete(question, ...rest);
      span?.setAttribute(CONTENT.output, replyText(reply));
      return reply;
    },
  };
}

/** The tools, telling on the span of each call what they were given and what came of it. */
export function capturingTools(tools: Tools): Tools {
  return {
    async list(signal) {
      const offer = await tools.list(signal);
      return { ...offer, tools: offer.tools.map(capturingTool) };
    },
  };
}

function capturingTool(tool: Tool): Tool {
  return {
    ...tool,
    async call(args, ...rest) {
      const span = trace.getActiveSpan();
      span?.setAttribute(CONTENT.toolArguments, shortened(JSON.stringify(args)));
      const result = await tool.call(args, ...rest);
      span?.setAttribute(CONTENT.toolResult, shortened(result));
      return result;
    },
  };
}

/** @see https://github.com/open-telemetry/semantic-conventions/blob/v1.41.0/docs/gen-ai/gen-ai-input-messages.json */
function questionAttributes({ messages }: ModelQuestion): Attributes {
  const isInstruction = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';
  const instructions = messages.filter(isInstruction).flatMap(({ content }) => partsOf(content));
  const others = messages.filter((message) => !isInstruction(message));
  return {
    ...(instructions.length > 0 && { [CONTENT.instructions]: latest(instructions) }),
    [CONTENT.input]: latest(others.map((message) => ({ role: message.role, parts: messageParts(message) }))),
  };
}

function replyText({ message, finishReason }: ModelReply): string {
  return latest([{ role: 'assistant', parts: messageParts(message), finish_reason: finishReason }]);
}

function messageParts(message: ChatMessage): object[] {
  if (message.role === 'tool') {
    const response = partsOf(message.content);
    return [{ type: 'tool_call_response', id: message.tool_call_id, response }];
  }
  const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
  return [
    ...partsOf(message.content),
    ...calls.map(({ id, function: { name, arguments: text } }) => ({
      type: 'tool_call',
      id,
      name,
      arguments: shortened(text),
    })),
  ];
}

/** Of what is not text, such as a picture, it is told that it was there. */
function partsOf(content: MessageContent | null): object[] {
  if (content === null || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', content: shortened(content) }];
  return content.map(({ type, text }) =>
    type === 'text' ? { type, content: shortened(String(text)) } : { type },
  );
}
