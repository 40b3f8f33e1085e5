import { type GatewayModel } from './config';

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
 * Finds the entry for a model as LiteLLM does: its exact name first, then patterns, the more specific before
 * the less, so `*` comes last. What the stars matched takes the place of the stars in the target.
 */
export function routeFor(models: readonly GatewayModel[], asked: string): Route | undefined {
  const exact = models.find(({ name }) => name === asked);
  if (exact) return routeTo(exact, exact.target);
  const patterns = models.filter(({ name }) => name.includes('*')).sort((a, b) => literals(b) - literals(a));
  for (const entry of patterns) {
    const match = patternOf(entry.name).exec(asked);
    if (match) return routeTo(entry, filled(entry.target, match.slice(1)));
  }
  return undefined;
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
