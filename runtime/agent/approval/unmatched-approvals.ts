import { type Logger } from 'pino';
import { DELEGATION_PREFIX } from '../../telemetry/tool-operations';
import { allowedName } from '../tools/tool-names';
import { needsApproval } from './approval';

/** Where tools come from, and what they are called there. */
interface Offering {
  readonly origin: string;
  readonly names: readonly string[];
}

/**
 * The patterns of approval that fit no tool: a person who mistyped one believes that somebody is asked, and nobody is.
 * What a `*` stands for may come to be, so behind one in place of a tool only the server is looked at.
 */
export class UnmatchedApprovals {
  private readonly listed = new Map<string, Offering>();
  private readonly agents: readonly Offering[];
  private readonly warned = new Set<string>();
  private found: readonly string[] = [];

  constructor(
    private readonly patterns: readonly string[],
    private readonly servers: readonly string[],
    agents: readonly string[],
    private readonly log: Logger,
  ) {
    this.agents = agents.map((origin) => ({ origin, names: [DELEGATION_PREFIX + origin] }));
    this.look();
  }

  /** Those that fitted none when the servers were last asked; none before each of them was. */
  get patternsWithoutTool(): readonly string[] {
    return this.found;
  }

  /** Is told what a server offers. */
  note(origin: string, names: readonly string[]): void {
    if (this.patterns.length === 0) return;
    this.listed.set(origin, { origin, names });
    this.look();
  }

  private look(): void {
    if (this.listed.size < this.servers.length) return;
    const offerings = [...this.listed.values(), ...this.agents];
    this.found = this.patterns.filter((pattern) => !fitsAny(pattern, offerings));
    for (const pattern of this.found) {
      if (this.warned.has(pattern)) continue;
      this.warned.add(pattern);
      this.log.warn(
        `no tool is called "${pattern}", which is to wait for approval; tools are called without`,
      );
    }
  }
}

function fitsAny(pattern: string, offerings: readonly Offering[]): boolean {
  const slash = pattern.indexOf('/');
  if (pattern.includes('*', slash + 1)) {
    if (slash < 0) return true;
    const isServer = needsApproval([pattern.slice(0, slash)]);
    return offerings.some(({ origin }) => isServer(called(origin, origin)));
  }
  const fits = needsApproval([pattern]);
  return offerings.some(({ origin, names }) =>
    names.some((name) => spokenNames(origin, name).some((spoken) => fits(called(name, spoken, origin)))),
  );
}

/** What the model may call it, by itself and beside a tool of the same name. */
function spokenNames(origin: string, name: string): readonly string[] {
  return [allowedName(name), allowedName(`${origin}_${name}`)];
}

function called(name: string, spoken: string, origin = '') {
  return { name, origin, spec: { name: spoken } };
}
