/** What is asked, and what is to go wrong with it: the question says it itself, so that whoever gets it knows. */
export interface Question {
  readonly id: number;
  readonly kind: Kind;
  readonly fault: ModelFault | undefined;
  /** The fault comes once a tool or another agent has done its part. */
  readonly isLate: boolean;
  readonly stream: boolean;
  /** When the client goes away, which is before there is an answer; undefined when it stays. */
  readonly hangsUp: HangUp | undefined;
}

export const KINDS = ['plain', 'steady', 'flaky', 'delegate'] as const;
/** Answered by the model alone, with a tool that stays, with one that comes and goes, or by another agent. */
export type Kind = (typeof KINDS)[number];

export const MODEL_FAULTS = ['busy', 'broken', 'garbage', 'half', 'nothing'] as const;
/** 429 once, 500 each time, no completion, a reply that breaks off, or none at all. */
export type ModelFault = (typeof MODEL_FAULTS)[number];

/** While the model is silent, after its first words, or at some time around the work of a tool or another agent. */
export type HangUp = 'silence' | 'words' | 'call';

export const TOOLS: Readonly<Record<Exclude<Kind, 'plain'>, string>> = {
  steady: 'look',
  flaky: 'fetch',
  delegate: 'delegate_to_worker',
};

/** What a tool or another agent is told of a question, as JSON: for which it works, and how long it is to take. */
export interface Task {
  readonly id: number;
  readonly takesMs: number;
}

/** Longer than it takes a client to go, shorter than whoever waits for it has patience. */
const SLOW_MS = 200;
/** So that what dies or hangs is amid some work; what stays is as fast as it can be, and tells whether it was slowed. */
const MOST_MS = 50;

export function taskOf({ id, kind, hangsUp }: Question): Task {
  const takesMs = kind === 'steady' ? 0 : id % MOST_MS;
  return { id, takesMs: hangsUp === 'call' ? SLOW_MS : takesMs };
}

export const FIRST_WORDS = 'the answer';

export function answerTo({ id }: Question): string {
  return `${FIRST_WORDS} to question ${id} is ${id * 7}`;
}
