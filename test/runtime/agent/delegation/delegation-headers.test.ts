import fc from 'fast-check';
import {
  type Delegation,
  delegationFromHeaders,
  delegationToHeaders,
  usedFromHeaders,
  usedToHeaders,
} from '../../../../runtime/agent/delegation/delegation-headers';
import { InvalidRequestError } from '../../../../runtime/process/errors';

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => /^\P{Cc}+$/u.test(text));

const count = fc.option(fc.integer({ min: 0, max: 10 ** 15 - 1 }), { nil: undefined });
const WITHOUT_LIMITS = { maxTotalSteps: undefined, maxToolCalls: undefined, maxTokens: undefined };

test('reads what was written, whatever agents are called', () => {
  const delegation = fc.record<Delegation>({
    ancestors: fc.array(name, { minLength: 1, maxLength: 64 }),
    allowCycle: fc.boolean(),
    timeoutMs: fc.option(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { nil: undefined }),
    left: fc.record({ maxTotalSteps: count, maxToolCalls: count, maxTokens: count }),
  });
  fc.assert(
    fc.property(delegation, (written) => {
      expect(delegationFromHeaders(delegationToHeaders(written))).toEqual(written);
    }),
  );
});

test('reads nothing from a request that nobody delegated', () => {
  const nothing = { ancestors: [], allowCycle: false, timeoutMs: undefined, left: WITHOUT_LIMITS };
  expect(delegationFromHeaders({})).toEqual(nothing);
  expect(delegationFromHeaders({ 'x-kaos-ancestors': '' })).toEqual(nothing);
});

test('whatever a stranger sends is read within bounds or refused as a mistake of the request', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('%', ',', 'a', '0', 'f', ' ') }));
  fc.assert(
    fc.property(text, text, text, (ancestors, timeoutMs, tokens) => {
      const headers = {
        'x-kaos-ancestors': ancestors,
        'x-kaos-timeout-ms': timeoutMs,
        'x-kaos-tokens-left': tokens,
      };
      try {
        const read = delegationFromHeaders(headers);
        expect(read.ancestors.length).toBeLessThanOrEqual(64);
        expect(read.left.maxTokens).toBeGreaterThanOrEqual(0);
        expect(read.timeoutMs).toBeGreaterThanOrEqual(1);
        expect(read.timeoutMs).toBeLessThanOrEqual(2 ** 31 - 1);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidRequestError);
      }
    }),
  );
});

test.each([
  [0.2, '1'],
  [1234.9, '1234'],
  [-3, '1'],
])('of %d ms that are left, %s are told', (timeoutMs, told) => {
  expect(
    delegationToHeaders({ ancestors: ['a'], allowCycle: false, timeoutMs, left: WITHOUT_LIMITS })[
      'x-kaos-timeout-ms'
    ],
  ).toBe(told);
});

test('reads what was used as it was written, and nothing from what nobody wrote', () => {
  const used = { steps: 2, toolCalls: 3, tokens: 0 };
  expect(usedFromHeaders(usedToHeaders(used))).toEqual(used);
  expect(
    usedFromHeaders({
      'x-kaos-tokens-used': '-1',
      'x-kaos-steps-used': '1e3',
      'x-kaos-tool-calls-used': 'many',
    }),
  ).toEqual({});
});
