import { type SecretValue } from 'cdk8s-plus-28';
import { type Environment } from '../environment';
import { API_BASE_VARIABLE, MASTER_KEY_VARIABLE } from './litellm-config';
import { type ModelAPIProxyProps } from './litellm-proxy-props';
import { type ProviderKeys } from './provider-keys';
import { apiBaseOf } from './proxy-model';
import { type RedisConnection } from '../redis-connection';

/** The variables of a LiteLLM proxy, but for those of its telemetry. */
export function proxyEnvironment(
  { apiBase, redis, logLevel = 'INFO' }: ModelAPIProxyProps<string>,
  masterKey: SecretValue,
  keys: ProviderKeys,
): Environment {
  const address = apiBaseOf(apiBase);
  return {
    [MASTER_KEY_VARIABLE]: masterKey,
    ...(address !== undefined && { [API_BASE_VARIABLE]: address }),
    ...keys.toEnv(),
    ...(redis && redisEnv(redis)),
    // LiteLLM has no TRACE.
    LITELLM_LOG: logLevel === 'TRACE' ? 'DEBUG' : logLevel,
    LITELLM_MODE: 'PRODUCTION',
    LITELLM_NON_ROOT: 'true',
    HOME: '/tmp',
    XDG_CACHE_HOME: '/tmp/.cache',
  };
}

function redisEnv({ host, port, password, tls }: RedisConnection): Environment {
  return {
    REDIS_HOST: host,
    REDIS_PORT: String(port),
    ...(password && { REDIS_PASSWORD: password }),
    ...(tls && { REDIS_SSL: 'true' }),
  };
}
