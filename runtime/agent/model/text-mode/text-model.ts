import { randomUUID } from 'node:crypto';
import { type FunctionSpec, type ToolCall } from '../chat';
import { contentText } from '../../context/content-text';
import { type Model, type ModelQuestion, type ModelReply, type OnText } from '../model';
import { toolCallOf } from '../model-reply';
import { type Block, type BlockRequest, findBlocks } from './blocks';
import { Echoes } from './echo';
import { HeldBack } from './held-back';
import { plainMessages } from './plain-messages';
import { systemPrompt } from './system-prompt';

/** Lets a model that knows no tools call them all the same: it is told of them in words, and answers in blocks. */
export class TextModel implements Model {
  constructor(private readonly model: Model) {}

  async complete(
    question: ModelQuestion,
    signal: AbortSignal,
    onText?: OnText,
    onReasoning?: OnText,
  ): Promise<ModelReply> {
    const isOffered = offers(question).length > 0;
    const heldBack = new HeldBack();
    const passOn = async (piece: string) => {
      const passed = isOffered ? heldBack.add(piece) : piece;
      if (passed !== '') await onText?.(passed);
    };
    const reply = await this.model.complete(inWords(question), signal, onText && passOn, onReasoning);
    return isOffered ? withCalls(reply, question) : reply;
  }
}

/** Tools that may be called now. */
function offers({
  functions,
  clientFunctions = [],
  parameters = {},
}: ModelQuestion): Partial<FunctionSpec>[] {
  if (parameters.tool_choice === 'none') return [];
  const theirs = clientFunctions.map((tool) => (tool as { function: Partial<FunctionSpec> }).function); // as `parseChatRequest` saw to
  return [...functions, ...theirs];
}

function inWords(question: ModelQuestion): ModelQuestion {
  const { messages, parameters = {}, agents = NO_AGENTS } = question;
  const {
    tool_choice: choice,
    parallel_tool_calls: _parallel,
    response_format: format,
    ...rest
  } = parameters;
  const offered = offers(question);
  const [instructions = '', ...fromUser] = messages
    .filter(isSystem)
    .map(({ content }) => contentText(content));
  const prompt = systemPrompt({
    instructions,
    tools: offered.filter(({ name = '' }) => !agents.has(name)),
    agents: offered.flatMap(({ name = '', description = '' }) => {
      const agent = agents.get(name);
      return agent === undefined ? [] : [{ name: agent, description }];
    }),
    fromUser,
    demand: demandOf(choice),
    // A model that is held to JSON could write no block.
    format: offered.length > 0 ? formatText(format) : undefined,
  });
  const others = messages.filter((message) => !isSystem(message));
  return {
    messages: [{ role: 'system', content: prompt }, ...plainMessages(others, agents)],
    functions: [],
    parameters: offered.length > 0 || format === undefined ? rest : { ...rest, response_format: format },
  };
}

const NO_AGENTS: ReadonlyMap<string, string> = new Map();

function isSystem({ role }: ModelQuestion['messages'][number]): boolean {
  return role === 'system' || role === 'developer';
}

function demandOf(choice: unknown): string | undefined {
  if (choice === 'required') return 'In this reply you must call a tool.';
  if (typeof choice !== 'object' || choice === null) return undefined;
  const { name } = (choice as { function: { name: string } }).function; // as `parseChatRequest` saw to
  return `In this reply you must call the tool "${name}".`;
}

function formatText(format: unknown): string | undefined {
  const { type, json_schema: wanted } = (format ?? {}) as {
    type?: string;
    json_schema?: { schema?: unknown };
  };
  if (type === undefined || type === 'text') return undefined;
  const schema =
    wanted?.schema === undefined ? '' : ` that fits this JSON schema:\n${JSON.stringify(wanted.schema)}`;
  return `Your answer, when you give it, must be a JSON object and nothing else${schema || '.'}`;
}

/** The blocks of a reply become calls; those that do not are told to the model. */
function withCalls(reply: ModelReply, { messages, agents = NO_AGENTS }: ModelQuestion): ModelReply {
  const { message, finishReason } = reply;
  const { text, blocks } = findBlocks(message.content ?? '', finishReason === 'length');
  if (blocks.length === 0) return reply;
  const echoes = new Echoes(messages);
  const calls: ToolCall[] = [...(message.tool_calls ?? [])];
  const corrections: string[] = [];
  for (const block of blocks) {
    const problem = echoes.has(block) ? ECHO : block.problem;
    if (problem === undefined || problem === block.problem)
      calls.push(...block.requests.map((request) => callOf(request, agents)));
    if (problem !== undefined) corrections.push(notCarriedOut(block, problem));
  }
  return {
    ...reply,
    message: {
      ...message,
      content: text === '' ? null : text,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
    finishReason: calls.length > 0 ? 'tool_calls' : finishReason,
    ...(corrections.length > 0 ? { corrections } : {}),
  };
}

const ECHO = 'repeats what a user or a tool wrote; such a call is not made';
const QUOTED_CHARACTERS = 200;

function notCarriedOut({ body }: Block, problem: string): string {
  const quoted = body.trim().slice(0, QUOTED_CHARACTERS);
  return `Not carried out: a block ${problem}. It began with: ${quoted}`;
}

function callOf(request: BlockRequest, agents: ReadonlyMap<string, string>): ToolCall {
  const id = `call_${randomUUID().replaceAll('-', '')}`;
  if (request.kind === 'tool') {
    const { name, arguments: args } = request;
    return toolCallOf(id, name, typeof args === 'string' ? args : JSON.stringify(args));
  }
  const [known] = [...agents].find(([, agent]) => agent === request.agent) ?? [];
  return toolCallOf(id, known ?? `delegate_to_${request.agent}`, JSON.stringify({ task: request.task }));
}
