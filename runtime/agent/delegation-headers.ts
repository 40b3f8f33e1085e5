import { type IncomingHttpHeaders } from 'node:http';
import { ANCESTORS_HEADER, MAX_ANCESTORS, TIMEOUT_HEADER } from '../contract';
import { MAX_TIMEOUT_MS } from '../env-reader';
import { InvalidRequestError } from '../process/errors';

/** What a delegating agent says beside the task. */
export interface Delegation {
  /** Agents that the request came through, outermost first; the last is the caller. */
  readonly ancestors: readonly string[];
  /** How long the caller still waits. */
  readonly timeoutMs: number | undefined;
}

export function delegationToHeaders({ ancestors, timeoutMs }: Delegation): Record<string, string> {
  return {
    [ANCESTORS_HEADER]: ancestors.map(encodeURIComponent).join(','),
    // What is left of a deadline is seldom whole, and at its very end nothing.
    ...(timeoutMs === undefined ? {} : { [TIMEOUT_HEADER]: String(Math.max(1, Math.floor(timeoutMs))) }),
  };
}

/** @throws InvalidRequestError naming the header that no agent of ours would send */
export function delegationFromHeaders(headers: IncomingHttpHeaders): Delegation {
  return {
    ancestors: ancestorsIn(textOf(headers[ANCESTORS_HEADER])),
    timeoutMs: timeoutIn(textOf(headers[TIMEOUT_HEADER])),
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
  const timeoutMs = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (timeoutMs >= 1) return Math.min(timeoutMs, MAX_TIMEOUT_MS);
  throw new InvalidRequestError(`header ${TIMEOUT_HEADER}: must be milliseconds, 1 or more`);
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
