import { type ChatMessage, type FunctionSpec } from '../model/chat';
import { contentText } from './content-text';
import { type ModelQuestion } from '../model/model';

/** What English takes, until the model has said what it counts. */
const FIRST_GUESS = 1 / 4;
/** No tokenizer counts otherwise; a model that says so has counted something else. */
const BOUNDS = { least: 1 / 20, most: 3 };
/** Role, names and marks around a message. */
const CHARACTERS_PER_MESSAGE = 16;
/** About what an image takes. */
const CHARACTERS_PER_OTHER_PART = 4_000;

/**
 * How much a model is told at most, and how much a question is. It is estimated from characters, by what the model
 * reported of earlier questions: a tokenizer would be another for each model.
 */
export class ContextLimit {
  private tokensPerCharacter = FIRST_GUESS;

  constructor(readonly maxTokens: number) {}

  tokensOf(characters: number): number {
    return Math.round(characters * this.tokensPerCharacter);
  }

  /** As many characters as so many tokens are. */
  charactersOf(tokens: number): number {
    return Math.floor(tokens / this.tokensPerCharacter);
  }

  learn(characters: number, tokens: number): void {
    if (characters === 0 || tokens === 0) return;
    const seen = Math.min(Math.max(tokens / characters, BOUNDS.least), BOUNDS.most);
    this.tokensPerCharacter = (this.tokensPerCharacter + seen) / 2;
  }
}

export function charactersIn({ messages, functions, clientFunctions = [] }: ModelQuestion): number {
  return (
    messages.reduce((sum, message) => sum + charactersOf(message), 0) +
    [...functions, ...clientFunctions].reduce((sum, tool) => sum + toolCharacters(tool), 0)
  );
}

function charactersOf(message: ChatMessage): number {
  const { content } = message;
  const others = Array.isArray(content) ? content.filter(({ type }) => type !== 'text').length : 0;
  const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
  return (
    CHARACTERS_PER_MESSAGE +
    contentText(content).length +
    others * CHARACTERS_PER_OTHER_PART +
    calls.reduce((sum, call) => sum + call.function.name.length + call.function.arguments.length, 0)
  );
}

function toolCharacters(tool: FunctionSpec | object): number {
  return JSON.stringify(tool).length;
}
