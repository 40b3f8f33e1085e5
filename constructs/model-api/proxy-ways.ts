import { EnvValue } from 'cdk8s-plus-28';
import { Egress } from '../egress';
import { API_BASE_VARIABLE, referenced } from './litellm-config';
import { type ModelAPIProxyProps } from './litellm-proxy-props';
import { type IModelAPI } from '../model-api';
import { type ResolvedModel } from './proxy-model';
import { type Workload } from '../workload/workload';

/** What a proxy calls: its providers, and Redis. */
export function waysOfProxy(
  props: ModelAPIProxyProps<string>,
  models: readonly ResolvedModel[],
): (Workload | Egress)[] {
  const places = props.config
    ? props.config.apiBases.map((apiBase) => placeOf(apiBase, props))
    : models.map(({ gateway, apiBase, apiBaseEgress }) => gateway ?? apiBaseEgress ?? apiBase);
  const providers = [...new Set(places)].flatMap((place) => wayTo(place) ?? []);
  return [...new Set([...providers, ...(props.redis ? [props.redis.egress] : [])])];
}

/** Providers whose address is not stated are on the public internet; what is no address is refused elsewhere. */
function wayTo(place: string | IModelAPI | Egress | undefined): Workload | Egress | undefined {
  if (place === undefined) return Egress.toInternet();
  if (place instanceof Egress) return place;
  if (typeof place === 'object') return place.endpoint;
  return URL.canParse(place) ? Egress.toUrl(place) : undefined;
}

/** Where an address of a custom configuration leads, which may stand in a variable. */
function placeOf(
  apiBase: string | undefined,
  { apiBase: own, apiBaseEgress, env }: ModelAPIProxyProps<string>,
): string | IModelAPI | Egress | undefined {
  const variable = referenced(apiBase);
  if (variable === undefined) return apiBase;
  if (variable === API_BASE_VARIABLE) return apiBaseEgress ?? own;
  const value = env?.[variable];
  return value instanceof EnvValue ? undefined : value;
}
