import { EnvValue } from 'cdk8s-plus-28';
import { Egress } from '../egress';
import { API_BASE_VARIABLE, referenced } from './litellm-config';
import { type ModelAPIProxyProps } from './litellm-proxy-props';
import { type IModelAPI } from '../model-api';
import { type ResolvedModel } from './proxy-model';
import { type Workload } from '../workload/workload';

/** What a proxy calls: its providers, redis, and what the user adds. */
export function waysOfProxy(
  props: ModelAPIProxyProps<string>,
  models: readonly ResolvedModel[],
): (Workload | Egress)[] {
  const places = props.config
    ? props.config.apiBases.map((apiBase) => placeOf(apiBase, props))
    : models.map(({ gateway, apiBase }) => gateway ?? apiBase);
  const providers = [...new Set(places)].flatMap((place) => wayTo(place) ?? []);
  return [...new Set([...providers, ...(props.redis ? [props.redis.egress] : []), ...(props.egress ?? [])])];
}

/** Providers whose address is not stated are on the public internet; what is no address is refused elsewhere. */
function wayTo(place: string | IModelAPI | undefined): Workload | Egress | undefined {
  if (place === undefined) return Egress.toInternet();
  if (typeof place === 'object') return place.endpoint;
  return URL.canParse(place) ? Egress.toUrl(place) : undefined;
}

/** Where an address of a custom configuration leads, which may stand in a variable. */
function placeOf(
  apiBase: string | undefined,
  { apiBase: own, env }: ModelAPIProxyProps<string>,
): string | IModelAPI | undefined {
  const variable = referenced(apiBase);
  if (variable === undefined) return apiBase;
  if (variable === API_BASE_VARIABLE) return own;
  const value = env?.[variable];
  return value instanceof EnvValue ? undefined : value;
}
