import { type Duration } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { fail } from './fail';

/** Seconds, rounded up: what falls short of a whole one is refused by `checkSeconds`, and must not end construction. */
export function secondsOf(duration: Duration): number {
  return Math.ceil(duration.toMilliseconds() / 1000);
}

/** Refuses what has parts of a second, or less of them than there must be. */
export function checkSeconds(
  scope: IConstruct,
  durations: Readonly<Record<string, Duration | undefined>>,
  least = 1,
): void {
  for (const [name, duration] of Object.entries(durations)) {
    const milliseconds = duration?.toMilliseconds();
    if (milliseconds === undefined) continue;
    if (milliseconds % 1000 !== 0) fail(scope, `${name} is ${milliseconds} ms`, 'give whole seconds');
    else if (milliseconds < least * 1000)
      fail(scope, `${name} is ${milliseconds / 1000} s`, `give ${least} s or more`);
  }
}

/** A duration as Go writes it, and so a controller that was made with Go writes it back: `1h0m0s`. */
export function goDuration(duration: Duration): string {
  const { hours, minutes, seconds } = parts(duration);
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

/**
 * A duration as the Gateway API writes it, without parts that are zero: `1h`, `1m30s`, `250ms`, `0s`.
 * @see https://gateway-api.sigs.k8s.io/geps/gep-2257/
 */
export function gatewayDuration(duration: Duration): string {
  const { hours, minutes, seconds, milliseconds } = parts(duration);
  const written = Object.entries({ h: hours, m: minutes, s: seconds, ms: milliseconds })
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count}${unit}`);
  return written.length > 0 ? written.join('') : '0s';
}

interface Parts {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly milliseconds: number;
}

function parts(duration: Duration): Parts {
  const total = duration.toMilliseconds();
  return {
    hours: Math.floor(total / 3_600_000),
    minutes: Math.floor(total / 60_000) % 60,
    seconds: Math.floor(total / 1000) % 60,
    milliseconds: total % 1000,
  };
}
