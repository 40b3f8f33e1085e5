import { TokenLimitError, ToolCallLimitError } from '../process/errors';

/** What one request may use; undefined is without a limit. */
export interface BudgetLimits {
  readonly maxToolCalls: number | undefined;
  readonly maxTokens: number | undefined;
}

export interface Used {
  readonly toolCalls: number;
  readonly tokens: number;
}

/** What one request has used of its limits, and what was used for it by agents that it was handed on to. */
export class Budget {
  private toolCalls = 0;
  private tokens = 0;

  constructor(private readonly limits: BudgetLimits) {}

  useToolCalls(count: number): void {
    this.toolCalls += count;
  }

  useTokens(count: number): void {
    this.tokens += count;
  }

  get used(): Used {
    return { toolCalls: this.toolCalls, tokens: this.tokens };
  }

  get left(): BudgetLimits {
    const { maxToolCalls, maxTokens } = this.limits;
    return {
      maxToolCalls: maxToolCalls === undefined ? undefined : Math.max(0, maxToolCalls - this.toolCalls),
      maxTokens: maxTokens === undefined ? undefined : Math.max(0, maxTokens - this.tokens),
    };
  }

  /** @throws LimitError that says which limit is used up */
  check(): void {
    const { maxToolCalls } = this.limits;
    if (maxToolCalls !== undefined && this.toolCalls > maxToolCalls)
      throw new ToolCallLimitError(maxToolCalls);
    this.checkTokens();
  }

  checkTokens(): void {
    const { maxTokens } = this.limits;
    if (maxTokens !== undefined && this.tokens >= maxTokens) throw new TokenLimitError(maxTokens);
  }
}

/** Of each limit the one that is reached first. */
export function narrower(a: BudgetLimits, b: BudgetLimits): BudgetLimits {
  return {
    maxToolCalls: smaller(a.maxToolCalls, b.maxToolCalls),
    maxTokens: smaller(a.maxTokens, b.maxTokens),
  };
}

export function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
