/** A run that breaks the contract; its message has a line for each way in which it does. */
export class TraceContractError extends Error {
  constructor(
    /** Name of the function that found it. */
    readonly expectation: string,
    readonly problems: readonly string[],
  ) {
    super(`${expectation}: ${problems.length === 1 ? problems[0] : `\n  ${problems.join('\n  ')}`}`);
    this.name = 'TraceContractError';
  }
}

/** @throws TraceContractError when there is a problem */
export function refuse(expectation: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new TraceContractError(expectation, problems);
}
