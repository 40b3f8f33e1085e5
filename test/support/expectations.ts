import {
  expectAnswered,
  expectBoundedSeries,
  expectDelegationsParented,
  expectNoContent,
  expectSingleTrace,
  expectTaskLinked,
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

/** Names of the expectations that a run does not meet, of those that apply to it. */
export function unmet(result: TopologyRun): string[] {
  const all = { ...EXPECTATIONS, ...(result.caller && { expectTaskLinked }) };
  return Object.entries(all).flatMap(([name, expectation]) => {
    try {
      expectation(result);
      return [];
    } catch (error) {
      expect(String(error)).toContain(`TraceContractError: ${name}: `);
      return [name];
    }
  });
}
