import {
  expectAnswered,
  expectBoundedSeries,
  expectDelegationsParented,
  expectNoContent,
  expectSingleTrace,
  expectToolCallsParented,
  expectUsageCountedOnce,
  type TopologyRun,
} from '../../cli/testing';

const EXPECTATIONS = {
  expectAnswered,
  expectBoundedSeries,
  expectDelegationsParented,
  expectNoContent,
  expectSingleTrace,
  expectToolCallsParented,
  expectUsageCountedOnce,
};

/** Names of the expectations that a run does not meet. */
export function unmet(result: TopologyRun): string[] {
  return Object.entries(EXPECTATIONS).flatMap(([name, expectation]) => {
    try {
      expectation(result);
      return [];
    } catch (error) {
      expect(String(error)).toContain(`TraceContractError: ${name}: `);
      return [name];
    }
  });
}
