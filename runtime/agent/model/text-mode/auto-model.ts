import { type Logger } from 'pino';
import { ModelError, ModelRefusalError } from '../../../process/errors';
import { type Model, type ModelQuestion, type ModelReply, type OnText } from '../model';
import { TextModel } from './text-model';

/**
 * Offers tools as the API has them until the gateway says, once, that it cannot take them: from then on the model is
 * told of them in words.
 */
export class AutoModel implements Model {
  private readonly inWords: Model;
  private takesTools = true;

  constructor(
    private readonly native: Model,
    private readonly log: Pick<Logger, 'warn'>,
  ) {
    this.inWords = new TextModel(native);
  }

  async complete(
    question: ModelQuestion,
    signal: AbortSignal,
    ...listeners: readonly (OnText | undefined)[]
  ): Promise<ModelReply> {
    if (!this.takesTools) return this.inWords.complete(question, signal, ...listeners);
    try {
      return await this.native.complete(question, signal, ...listeners);
    } catch (error) {
      if (!hasTools(question) || !rejectsTools(error)) throw error;
      // What a client asked for may be what is refused, and no other client should pay for it.
      if (!clientAsks(question)) {
        this.takesTools = false;
        this.log.warn({ err: error }, 'the model takes no tools; from now on it is told of them in words');
      }
      return this.inWords.complete(question, signal, ...listeners);
    }
  }
}

function hasTools({ functions, clientFunctions = [] }: ModelQuestion): boolean {
  return functions.length + clientFunctions.length > 0;
}

function clientAsks({ clientFunctions = [], parameters = {} }: ModelQuestion): boolean {
  return clientFunctions.length > 0 || parameters.tool_choice !== undefined;
}

const STATUSES: readonly (number | undefined)[] = [400, 404, 422, 501];
const TOOLS = /\b(tools?|functions?|tool_choice|tool[ -]calls?|function[ -]call(s|ing)?)\b/i;
/** A complaint about one tool, one schema or one message is none about tools as such. */
const SOMETHING_ELSE = /schema|tool_call_id|\brole\b|(messages?|tools?)\W?\[/i;

/** What a gateway says of a failure stands in the error's cause. */
function rejectsTools(error: unknown): boolean {
  if (!(error instanceof ModelError || error instanceof ModelRefusalError)) return false;
  if (!STATUSES.includes(error.upstreamStatus)) return false;
  const said = error.cause instanceof Error ? error.cause.message : '';
  return TOOLS.test(said) && !SOMETHING_ELSE.test(said);
}
