import { LOOPBACK } from './ports';
import { type Localization } from './start-of';

type Environment = Readonly<Record<string, string>>;

/** Variables in place of those of the manifest, for what is outside the charts and has a stand-in here. */
export interface StandIn {
  readonly env: Environment;
  readonly notes?: readonly string[];
}

/** The variable by which a process knows where its telemetry goes. */
export const OTLP_ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';

/** A collector of somebody else is stood in for as those of the charts are. */
export function telemetryHere(
  local: Environment,
  inCluster: Environment,
  { otlp }: Pick<Localization, 'otlp'>,
): StandIn {
  // LiteLLM's own word for what our gateway, like everybody else, is told by the standard one.
  const isHttp =
    local.OTEL_EXPORTER === 'otlp_http' || (local.OTEL_EXPORTER_OTLP_PROTOCOL?.startsWith('http') ?? false);
  const protocol: Environment = isHttp ? { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' } : {};
  const endpoint = inCluster[OTLP_ENDPOINT];
  const isElsewhere = endpoint !== undefined && local[OTLP_ENDPOINT] === endpoint;
  if (!isElsewhere || !otlp) return { env: protocol };
  return { env: { ...protocol, [OTLP_ENDPOINT]: isHttp ? otlp.httpUrl : otlp.grpcUrl } };
}

/** An agent whose Redis is not on this machine keeps its sessions itself, as one without Redis would. */
export function sessionsHere(local: Environment): StandIn {
  const { MEMORY_TYPE, MEMORY_REDIS_URL = '' } = local;
  const isHere = URL.canParse(MEMORY_REDIS_URL) && new URL(MEMORY_REDIS_URL).hostname === LOOPBACK;
  if (MEMORY_TYPE !== 'redis' || isHere) return { env: {} };
  return { env: { MEMORY_TYPE: 'local' }, notes: ['sessions in the process, not in Redis'] };
}
