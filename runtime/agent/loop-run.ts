import { ResponseFormatError } from '../process/errors';
import { StepLimitError } from '../process/limit-errors';
import { inFormat } from './answer-format';
import { type DecidedTurn } from './approval/approval';
import { askModel } from './ask-model';
import { Budget } from './budget';
import { callTools } from './tools/call-tool';
import { addUsage, type ChatMessage, NO_USAGE, type ToolCall, type Usage } from './model/chat';
import { toolParameters } from './client-tools';
import { compact } from './context/compaction';
import { charactersIn, type ContextLimit } from './context/context-limit';
import { type LoopParts, type LoopQuestion, type LoopResult } from './loop';
import { type ModelMessage, type ModelQuestion, type ModelReply } from './model/model';
import { type NextStep, nextStep } from './next-step';
import { type RequestScope } from './request-scope';
import { Speech } from './speech';
import { carryOutDecided, correctionsFor, spentBefore, suspendTurn } from './approval/suspended-turn';
import { type Tool } from './tools/tools';

/** One request on its way through the loop. */
export class LoopRun {
  private readonly speech: Speech;
  private messages: ChatMessage[];
  private readonly offer: Pick<ModelQuestion, 'functions' | 'agents'>;
  private usage = NO_USAGE;
  private readonly budget: Budget;
  private isRepaired = false;
  /** More than 1 for what goes on after it waited for approval. */
  readonly firstStep: number;

  constructor(
    private readonly parts: LoopParts,
    private readonly question: LoopQuestion,
    private readonly request: RequestScope,
    private readonly tools: ReadonlyMap<string, Tool>,
  ) {
    this.speech = new Speech(request.listener, question.format !== undefined);
    this.messages = [...question.messages];
    this.offer = offerOf(tools);
    this.budget = request.budget ?? new Budget(parts.limits);
    const before = spentBefore(question.decided);
    if (before) this.budget.carryOn(before);
    this.firstStep = (before?.ownSteps ?? 0) + 1;
  }

  /** @returns the result, when it is there */
  async step(index: number): Promise<LoopResult | undefined> {
    const { clientTools, format, decided } = this.question;
    this.budget.beginStep();
    if (index === this.firstStep && decided) await this.carryOut(decided);
    const reply = await this.ask(index);
    const next = inFormat(nextStep(reply, clientTools.names), format);
    const said = next.kind === 'answer' ? next.content : reply.message.content;
    const isLast = next.kind === 'answer' || next.kind === 'client-calls';
    const told = this.speech.endTurn(said ?? '', reply.reasoning ?? '', isLast);
    // Each await costs, with telemetry on most of all, also one of nothing.
    if (told) await told;
    switch (next.kind) {
      case 'answer':
      case 'client-calls':
        return { ...resultOf(next, this.speech), usage: this.usage, steps: index };
      case 'tool-calls':
        if (this.waiting(next.calls).length > 0)
          return {
            ...this.suspended(index, reply, this.waiting(next.calls)),
            usage: this.usage,
            steps: index,
          };
        await this.act(reply, next.calls);
        break;
      case 'correction':
        this.messages.push(...turnOf(reply.message));
        break;
      case 'misfit':
        this.askForRepair(index, reply, next.problems);
    }
    this.correct(reply.corrections);
    return undefined;
  }

  private async ask(step: number): Promise<ModelReply> {
    const { clientTools, parameters: wanted, session } = this.question;
    const parameters = { ...wanted, ...toolParameters(clientTools, this.tools, step - this.firstStep + 1) };
    const offer = { ...this.offer, clientFunctions: clientTools.specs, session };
    const { contextLimit } = this.parts;
    if (contextLimit) await this.makeRoom({ ...offer, messages: this.messages }, contextLimit);
    const { deadline } = this.request;
    const asked = { ...offer, messages: this.messages, parameters, deadline };
    const reply = await askModel(this.parts, asked, this.request.signal, this.speech.listeners);
    this.use(reply.usage ?? NO_USAGE);
    contextLimit?.learn(charactersIn(asked), reply.usage?.inputTokens ?? 0);
    return reply;
  }

  private async makeRoom(question: ModelQuestion, contextLimit: ContextLimit): Promise<void> {
    const asked = this.question.messages.findLast(({ role }) => role === 'user');
    const compacted = await compact({ ...this.parts, contextLimit }, question, asked, this.request.signal);
    if (!compacted) return;
    this.messages = [...compacted.messages];
    this.use(compacted.usage);
  }

  private async act({ message }: ModelReply, calls: readonly ToolCall[]): Promise<void> {
    this.count(calls);
    this.messages.push(message, ...(await callTools(this.parts, this.tools, calls, this.scope)));
    // Sub-agents may have used up what was left.
    this.budget.checkTokens();
  }

  private async carryOut(decided: DecidedTurn): Promise<void> {
    // They were counted when they began to wait.
    if (!decided.spent) this.count(decided.turn.tool_calls ?? []);
    this.messages.push(...(await carryOutDecided(this.parts, this.tools, decided, this.scope)));
    this.budget.checkTokens();
  }

  /** Tools whose results no model would be told are not called. */
  private count(calls: readonly ToolCall[]): void {
    this.budget.beginToolCalls(calls.length);
  }

  private get scope(): RequestScope {
    return { ...this.request, budget: this.budget, conversation: this.messages };
  }

  private waiting(calls: readonly ToolCall[]): ToolCall[] {
    return calls.filter((call) => this.parts.needsApproval(this.tools.get(call.function.name)));
  }

  /** Nobody is asked for what there is no budget for, nor for calls of whose results no model would be told. */
  private suspended(
    step: number,
    reply: ModelReply,
    waiting: readonly ToolCall[],
  ): Omit<LoopResult, 'usage' | 'steps'> {
    const { maxSteps } = this.parts.limits;
    if (step >= maxSteps) throw new StepLimitError(maxSteps);
    this.budget.checkSteps();
    this.count(reply.message.tool_calls ?? []);
    const spent = { ...this.budget.spent, ownSteps: step };
    const suspended = suspendTurn(this.messages, reply, waiting, spent);
    const content = this.speech.text || null;
    const rest = { refusal: null, toolCalls: [], finishReason: 'stop', suspended } as const;
    return { content, ...reasoningOf(this.speech), ...rest };
  }

  private use(usage: Usage): void {
    this.usage = addUsage(this.usage, usage);
    this.budget.use({ tokens: usage.inputTokens + usage.outputTokens });
  }

  private correct(corrections: readonly string[] | undefined): void {
    if (!corrections) return;
    this.parts.log.warn({ blocks: corrections.length }, 'blocks of the model were not carried out');
    this.messages.push(...correctionsFor(corrections));
  }

  private askForRepair(step: number, { message }: ModelReply, problems: readonly string[]): void {
    if (this.isRepaired || step === this.parts.limits.maxSteps) throw new ResponseFormatError();
    this.isRepaired = true;
    const content = `This is not in the format that is asked for: ${problems.join('; ')}. Answer again, with JSON in that format and nothing else.`;
    this.messages.push(...turnOf(message), { role: 'user', content });
  }
}

function offerOf(tools: ReadonlyMap<string, Tool>): Pick<ModelQuestion, 'functions' | 'agents'> {
  const delegations = [...tools.values()].filter(({ kind }) => kind === 'delegation');
  return {
    functions: [...tools.values()].map(({ spec }) => spec),
    agents: new Map(delegations.map(({ spec, origin }) => [spec.name, origin])),
  };
}

/** A message that says and asks for nothing is none. */
function turnOf(message: ModelMessage): ChatMessage[] {
  return message.content || message.tool_calls ? [message] : [];
}

function resultOf(
  end: Extract<NextStep, { kind: 'answer' | 'client-calls' }>,
  speech: Speech,
): Omit<LoopResult, 'usage' | 'steps'> {
  const { text } = speech;
  const reasoning = reasoningOf(speech);
  if (end.kind === 'client-calls') {
    const content = text || null;
    return { content, ...reasoning, refusal: null, toolCalls: end.calls, finishReason: 'tool_calls' };
  }
  const { content, refusal = null, finishReason } = end;
  const said = content === null ? text || null : text;
  return { content: said, ...reasoning, refusal, toolCalls: [], finishReason };
}

function reasoningOf({ reasoning }: Speech): Pick<LoopResult, 'reasoning'> {
  return reasoning === '' ? {} : { reasoning };
}
