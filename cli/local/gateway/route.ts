import { type GatewayConfig, type GatewayModel } from './config';

type RoutingTable = Pick<GatewayConfig, 'models' | 'fallbacks'>;

/** Where a request for a model goes. */
export interface Route {
  /** Undefined when the entry names no upstream of its own. */
  readonly apiBase: string | undefined;
  readonly apiKey: string | undefined;
  /** The provider in front of the model, when one is stated: `openai`. */
  readonly provider: string | undefined;
  /** What the upstream calls the model, without the provider. */
  readonly model: string;
}

/**
 * Where a request for a model may go, in the order in which it is tried: the entries of the model itself, then those
 * of its fallbacks. Empty when the model is not served.
 */
export function routesFor({ models, fallbacks }: RoutingTable, asked: string): Route[] {
  const own = entriesFor(models, asked);
  if (own.length === 0) return [];
  const others = fallbacks.get(asked) ?? fallbacks.get('*') ?? [];
  const names = others.filter((name) => name !== asked);
  return [...own, ...names.flatMap((name) => entriesFor(models, name))];
}

/**
 * Finds the entries for a model as LiteLLM does: those of its exact name first, then patterns, the more specific
 * before the less, so `*` comes last. What the stars matched takes the place of the stars in the target.
 */
function entriesFor(models: readonly GatewayModel[], asked: string): Route[] {
  const exact = models.filter(({ name }) => name === asked);
  if (exact.length > 0) return exact.map((entry) => routeTo(entry, entry.target));
  const patterns = models.filter(({ name }) => name.includes('*')).sort((a, b) => literals(b) - literals(a));
  for (const { name } of patterns) {
    const match = patternOf(name).exec(asked);
    if (!match) continue;
    const alike = patterns.filter((entry) => entry.name === name);
    return alike.map((entry) => routeTo(entry, filled(entry.target, match.slice(1))));
  }
  return [];
}

function routeTo({ apiBase, apiKey }: GatewayModel, target: string): Route {
  const slash = target.indexOf('/');
  const provider = slash > 0 ? target.slice(0, slash) : undefined;
  return { apiBase, apiKey, provider, model: target.slice(slash > 0 ? slash + 1 : 0) };
}

/** Characters of a pattern that are not stars: the more there are, the more specific it is. */
function literals({ name }: GatewayModel): number {
  return name.replaceAll('*', '').length;
}

function patternOf(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('(.*)')}$`, 's');
}

function filled(target: string, stars: readonly string[]): string {
  const rest = [...stars];
  return target.replaceAll('*', () => rest.shift() ?? '');
}
