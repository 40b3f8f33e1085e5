import { type IConstruct } from 'constructs';
import { fail } from './fail';

/** Reports what no browser would say as the origin of a page. */
export function checkOrigins(owner: IConstruct, origins: readonly string[]): void {
  origins
    .filter((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin)
    .forEach((origin) =>
      fail(owner, `allowedOrigins has "${origin}"`, 'give scheme and host, without a path'),
    );
}
