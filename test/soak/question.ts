/** What is asked, and what is to go wrong with it: the question says it itself, so that whoever gets it knows. */
export interface Question {
  readonly id: number;
  readonly kind: Kind;
  readonly fault: ModelFault | undefined;
  readonly stream: boolean;
  /** The client goes away before there is an answer. */
  readonly hangsUp: boolean;
}

export const KINDS = ['plain', 'steady', 'flaky', 'delegate'] as const;
/** Answered by the model alone, with a tool that stays, with one that comes and goes, or by another agent. */
export type Kind = (typeof KINDS)[number];

export const MODEL_FAULTS = ['busy', 'broken', 'garbage', 'half', 'nothing'] as const;
/** 429 once, 500 each time, no completion, a reply that breaks off, or none at all. */
export type ModelFault = (typeof MODEL_FAULTS)[number];

export const TOOLS: Readonly<Record<Exclude<Kind, 'plain'>, string>> = {
  steady: 'look',
  flaky: 'fetch',
  delegate: 'delegate_to_worker',
};

export function answerTo({ id }: Question): string {
  return `the answer to question ${id} is ${id * 7}`;
}
