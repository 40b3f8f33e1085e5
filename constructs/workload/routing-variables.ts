import { type IConstruct } from 'constructs';
import { fail } from '../fail';
import { type WorkloadProps } from './workload';

/** Variables that say where an agent calls, and what says it to its network policy as well. */
const OF_AGENTS: readonly (readonly [variable: RegExp, prop: string])[] = [
  [/^MODEL_API_URL$/, 'modelAPI'],
  [/^MCP_SERVER_.+_URL$/, 'mcpServers'],
  [/^PEER_AGENT_.+_CARD_URL$/, 'subAgents'],
  [/^MEMORY_REDIS_URL$/, 'memory'],
];
const OF_REPORTERS = [
  [/^OTEL_(EXPORTER_OTLP_((TRACES|METRICS|LOGS)_)?)?ENDPOINT$/, 'telemetry.endpoint'],
] as const;

/** Refuses variables by which a process would call where its network policy does not let it. */
export function checkRouting(owner: IConstruct, { kind, reporting, options }: WorkloadProps): void {
  const routes = [...(kind === 'agent' ? OF_AGENTS : []), ...(reporting ? OF_REPORTERS : [])];
  for (const name of Object.keys(options.env ?? {})) {
    const [, prop] = routes.find(([variable]) => variable.test(name)) ?? [];
    if (prop) fail(owner, `env sets ${name}, of which the network policy knows nothing`, `give ${prop}`);
  }
}
