import { Duration } from 'cdk8s';
import { type Construct } from 'constructs';
import fc from 'fast-check';
import { Memory } from '../../constructs';
import { checkSeconds, gatewayDuration, goDuration } from '../../constructs/durations';
import { problemsOf } from '../support/synth';

test.each([
  [Duration.seconds(0), '0s', '0s'],
  [Duration.seconds(30), '30s', '30s'],
  [Duration.seconds(90), '1m30s', '1m30s'],
  [Duration.minutes(5), '5m', '5m0s'],
  [Duration.hours(1), '1h', '1h0m0s'],
  [Duration.days(2), '48h', '48h0m0s'],
])('%s is %s for the Gateway API and %s for Go', (duration, forGateway, forGo) => {
  expect(gatewayDuration(duration)).toBe(forGateway);
  expect(goDuration(duration)).toBe(forGo);
});

test('any duration up to a year is written as the Gateway API takes it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 365 * 86_400_000 }), (milliseconds) => {
      const written = gatewayDuration(Duration.millis(milliseconds));
      expect(written).toMatch(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/);
      expect(read(written)).toBe(milliseconds);
    }),
  );
});

function read(text: string): number {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  return [...text.matchAll(/(\d+)(ms|h|m|s)/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? NaN),
    0,
  );
}

test('what has parts of a second, or too few of them, is refused', () => {
  const build = (scope: Construct): void => {
    checkSeconds(scope, { whole: Duration.seconds(1), missing: undefined });
    checkSeconds(scope, { parted: Duration.millis(1500), none: Duration.seconds(0) });
    checkSeconds(scope, { zero: Duration.seconds(0) }, 0);
  };
  expect(problemsOf(build)).toEqual([
    '[research] parted is 1500 ms; give whole seconds',
    '[research] none is 0 s; give 1 s or more',
  ]);
});

test('a session in Redis is kept for whole seconds', () => {
  const build = (scope: Construct): void =>
    Memory.redis({ host: 'redis', ttl: Duration.millis(1500) }).check(scope);
  expect(problemsOf(build)).toEqual(['[research] ttl of memory is 1500 ms; give whole seconds']);
});
