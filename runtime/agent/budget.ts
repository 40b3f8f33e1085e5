import { TokenLimitError, ToolCallLimitError, TotalStepLimitError } from '../process/limit-errors';

/** What one request may use, with all agents that it is handed on to; undefined is without a limit. */
export interface BudgetLimits {
  readonly maxTotalSteps: number | undefined;
  /** Delegations count too. */
  readonly maxToolCalls: number | undefined;
  /** As the model reports them; of one that reports none, nothing is known. */
  readonly maxTokens: number | undefined;
}

export const NO_LIMITS: BudgetLimits = {
  maxTotalSteps: undefined,
  maxToolCalls: undefined,
  maxTokens: undefined,
};

export interface Used {
  readonly steps: number;
  readonly toolCalls: number;
  readonly tokens: number;
}

export const NOTHING_USED: Used = { steps: 0, toolCalls: 0, tokens: 0 };

/** What one request has used of its limits, and what was used for it by agents that it was handed on to. */
export class Budget {
  private now = NOTHING_USED;
  /** By requests that this one goes on with. */
  private before = NOTHING_USED;
  /** What agents that work on a part of the request may still use. */
  private reserved = NOTHING_USED;

  constructor(private readonly limits: BudgetLimits) {}

  use(used: Partial<Used>): void {
    this.now = sum(this.now, used);
  }

  /** Goes on with what was used before, which is no new use. */
  carryOn(before: Used): void {
    this.before = before;
  }

  /** Since the request began. */
  get used(): Used {
    return this.now;
  }

  /** With all that was used before. */
  get spent(): Used {
    return sum(this.before, this.now);
  }

  /**
   * Sets aside what one of so many agents may use that are still to be asked: all of them together never have more
   * than there is. One step is left for the answer that is made of theirs.
   */
  reserve(oneOf: number): Share {
    const { maxTotalSteps, maxToolCalls, maxTokens } = this.left;
    const limits = {
      maxTotalSteps: part(maxTotalSteps === undefined ? undefined : maxTotalSteps - 1, oneOf),
      maxToolCalls: part(maxToolCalls, oneOf),
      maxTokens: part(maxTokens, oneOf),
    };
    const aside = amountOf(limits);
    this.reserved = sum(this.reserved, aside);
    return new Share(limits, (used) => {
      this.reserved = sum(this.reserved, negative(aside));
      this.use(used);
    });
  }

  /** @throws LimitError when that many may not be made, or nobody may be told of their results */
  beginToolCalls(count: number): void {
    const { maxToolCalls } = this.limits;
    if (maxToolCalls !== undefined && this.spent.toolCalls + count > maxToolCalls)
      throw new ToolCallLimitError(maxToolCalls);
    this.checkTokens();
    this.use({ toolCalls: count });
  }

  /** @throws LimitError when they are used up */
  checkTokens(): void {
    const { maxTokens } = this.limits;
    if (maxTokens !== undefined && this.spent.tokens >= maxTokens) throw new TokenLimitError(maxTokens);
  }

  /** @throws LimitError when there are none left */
  checkSteps(): void {
    const { maxTotalSteps } = this.limits;
    if (maxTotalSteps !== undefined && this.spent.steps >= maxTotalSteps)
      throw new TotalStepLimitError(maxTotalSteps);
  }

  /** @throws LimitError when the model may be asked no more */
  beginStep(): void {
    this.checkSteps();
    this.checkTokens();
    this.use({ steps: 1 });
  }

  private get left(): BudgetLimits {
    const gone = sum(this.spent, this.reserved);
    const { maxTotalSteps, maxToolCalls, maxTokens } = this.limits;
    return {
      maxTotalSteps: rest(maxTotalSteps, gone.steps),
      maxToolCalls: rest(maxToolCalls, gone.toolCalls),
      maxTokens: rest(maxTokens, gone.tokens),
    };
  }
}

/** What an agent may use that works on a part of a request, and what it says that it has used. */
export class Share {
  private used: Partial<Used> = NOTHING_USED;

  constructor(
    readonly limits: BudgetLimits,
    private readonly settle: (used: Partial<Used>) => void,
  ) {}

  /** What there is none of, so that it is of no use to ask. */
  get lacks(): 'steps' | 'tokens' | undefined {
    if (this.limits.maxTotalSteps === 0) return 'steps';
    return this.limits.maxTokens === 0 ? 'tokens' : undefined;
  }

  use(used: Partial<Used>): void {
    this.used = used;
  }

  /** For who was asked and never said what it used. */
  useAll(): void {
    this.used = amountOf(this.limits);
  }

  /** Gives back what was not used. */
  close(): void {
    this.settle(this.used);
  }
}

/** Of each limit the one that is reached first. */
export function narrower(a: BudgetLimits, b: BudgetLimits): BudgetLimits {
  return {
    maxTotalSteps: smaller(a.maxTotalSteps, b.maxTotalSteps),
    maxToolCalls: smaller(a.maxToolCalls, b.maxToolCalls),
    maxTokens: smaller(a.maxTokens, b.maxTokens),
  };
}

/** Undefined is no limit. */
export function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

function sum(a: Used, b: Partial<Used>): Used {
  return {
    steps: a.steps + (b.steps ?? 0),
    toolCalls: a.toolCalls + (b.toolCalls ?? 0),
    tokens: a.tokens + (b.tokens ?? 0),
  };
}

function negative({ steps, toolCalls, tokens }: Used): Used {
  return { steps: -steps, toolCalls: -toolCalls, tokens: -tokens };
}

function rest(limit: number | undefined, gone: number): number | undefined {
  return limit === undefined ? undefined : Math.max(0, limit - gone);
}

function part(left: number | undefined, oneOf: number): number | undefined {
  return left === undefined ? undefined : Math.max(0, Math.floor(left / oneOf));
}

function amountOf({ maxTotalSteps = 0, maxToolCalls = 0, maxTokens = 0 }: BudgetLimits): Used {
  return { steps: maxTotalSteps, toolCalls: maxToolCalls, tokens: maxTokens };
}
