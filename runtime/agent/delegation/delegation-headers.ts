import { type IncomingHttpHeaders } from 'node:http';
import {
  ALLOW_CYCLE_HEADER,
  ANCESTORS_HEADER,
  MAX_ANCESTORS,
  STEPS_LEFT_HEADER,
  STEPS_USED_HEADER,
  TIMEOUT_HEADER,
  TOKENS_LEFT_HEADER,
  TOKENS_USED_HEADER,
  TOOL_CALLS_LEFT_HEADER,
  TOOL_CALLS_USED_HEADER,
} from '../../contract';
import { MAX_TIMEOUT_MS } from '../../contract/env-reader';
import { InvalidRequestError } from '../../process/errors';
import { type BudgetLimits, type Used } from '../budget';

/** What a delegating agent says beside the task. */
export interface Delegation {
  /** Agents that the request came through, outermost first; the last is the caller. */
  readonly ancestors: readonly string[];
  /** Whether it may come back to one of them. */
  readonly allowCycle: boolean;
  /** How long the caller still waits. */
  readonly timeoutMs: number | undefined;
  /** What is left of the caller's limits. */
  readonly left: BudgetLimits;
}

export function delegationToHeaders(delegation: Delegation): Record<string, string> {
  const { ancestors, allowCycle, timeoutMs, left } = delegation;
  return {
    [ANCESTORS_HEADER]: ancestors.map(encodeURIComponent).join(','),
    ...(allowCycle ? { [ALLOW_CYCLE_HEADER]: 'true' } : {}),
    // What is left of a deadline is seldom whole, and at its very end nothing.
    ...(timeoutMs === undefined ? {} : { [TIMEOUT_HEADER]: String(Math.max(1, Math.floor(timeoutMs))) }),
    ...countTo(STEPS_LEFT_HEADER, left.maxTotalSteps),
    ...countTo(TOOL_CALLS_LEFT_HEADER, left.maxToolCalls),
    ...countTo(TOKENS_LEFT_HEADER, left.maxTokens),
  };
}

/** @throws InvalidRequestError naming the header that no agent of ours would send */
export function delegationFromHeaders(headers: IncomingHttpHeaders): Delegation {
  return {
    ancestors: ancestorsIn(textOf(headers[ANCESTORS_HEADER])),
    allowCycle: textOf(headers[ALLOW_CYCLE_HEADER]) === 'true',
    timeoutMs: timeoutIn(textOf(headers[TIMEOUT_HEADER])),
    left: {
      maxTotalSteps: countIn(STEPS_LEFT_HEADER, textOf(headers[STEPS_LEFT_HEADER])),
      maxToolCalls: countIn(TOOL_CALLS_LEFT_HEADER, textOf(headers[TOOL_CALLS_LEFT_HEADER])),
      maxTokens: countIn(TOKENS_LEFT_HEADER, textOf(headers[TOKENS_LEFT_HEADER])),
    },
  };
}

/** What a reply to a delegation says beside the answer. */
export function usedToHeaders({ steps, toolCalls, tokens }: Used): Record<string, string> {
  return {
    ...countTo(STEPS_USED_HEADER, steps),
    ...countTo(TOOL_CALLS_USED_HEADER, toolCalls),
    ...countTo(TOKENS_USED_HEADER, tokens),
  };
}

/** What a reply does not say, or says in a way that cannot be read, is undefined. */
export function usedFromHeaders(headers: IncomingHttpHeaders): Partial<Used> {
  const steps = wholeNumber(textOf(headers[STEPS_USED_HEADER]));
  const toolCalls = wholeNumber(textOf(headers[TOOL_CALLS_USED_HEADER]));
  const tokens = wholeNumber(textOf(headers[TOKENS_USED_HEADER]));
  return {
    ...(steps === undefined ? {} : { steps }),
    ...(toolCalls === undefined ? {} : { toolCalls }),
    ...(tokens === undefined ? {} : { tokens }),
  };
}

function ancestorsIn(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  const names = text.split(',').map((name) => decode(name.trim()));
  const areNames = names.every((name) => /^\P{Cc}{1,253}$/u.test(name));
  if (areNames && names.length <= MAX_ANCESTORS) return names;
  throw new InvalidRequestError(
    `header ${ANCESTORS_HEADER}: must hold at most ${MAX_ANCESTORS} names of agents, percent-encoded, apart by commas`,
  );
}

function timeoutIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const timeoutMs = wholeNumber(text) ?? 0;
  if (timeoutMs >= 1) return Math.min(timeoutMs, MAX_TIMEOUT_MS);
  throw new InvalidRequestError(`header ${TIMEOUT_HEADER}: must be milliseconds, 1 or more`);
}

function countTo(header: string, count: number | undefined): Record<string, string> {
  return count === undefined ? {} : { [header]: String(count) };
}

function countIn(header: string, text: string | undefined): number | undefined {
  const count = wholeNumber(text);
  if (text === undefined || count !== undefined) return count;
  throw new InvalidRequestError(`header ${header}: must be a whole number, 0 or more`);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** What cannot be decoded comes out empty, which is no name. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
