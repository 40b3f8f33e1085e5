import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import {
  HEALTH_PATH,
  MCP_API_KEYS_VARIABLE,
  mcpCallerKeyVariable,
  type MCPCallersConfig,
  READY_PATH,
} from '../contract';
import { isOneOf, keyShownBy, readKeys } from '../process/authentication';
import { Secret } from '../process/secret';

/** What a caller may call: all tools, or those of these names. */
type Grant = 'all' | ReadonlySet<string>;

/** Keys, and what whoever shows one of them may call. */
interface Holder {
  readonly keys: Secret;
  readonly grant: Grant;
}

/** Whether a request is let in, and to what. */
type Admission = { readonly grant: Grant } | { readonly status: 401 | 503; readonly message: string };

/** Whom a tool server lets in, and which tools each of them sees and may call. Keys are read for each request. */
export class Callers {
  private readonly admitted = new WeakMap<FastifyRequest, Grant>();

  constructor(
    private readonly holders: readonly Holder[],
    private readonly log: Logger,
  ) {}

  /** Lets a request in, or says why not. */
  async admit(request: FastifyRequest): Promise<Admission> {
    const shown = keyShownBy(request);
    const keys = await Promise.all(this.holders.map((holder) => readKeys(holder.keys, this.log)));
    // All are compared, whichever it is.
    const grants = this.holders
      .filter((_holder, index) => isOneOf(keys[index] ?? [], shown ?? ''))
      .map(({ grant }) => grant);
    if (shown !== undefined && grants.length > 0) {
      const grant = united(grants);
      this.admitted.set(request, grant);
      return { grant };
    }
    // It may have been one of those that cannot be had.
    if (shown !== undefined && keys.includes(undefined))
      return { status: 503, message: 'the keys of the server cannot be read' };
    return { status: 401, message: 'show one of the server\'s keys: "Authorization: Bearer <key>"' };
  }

  /** Those of the tools that the caller of an admitted request may know of. */
  toolsFor<T>(request: FastifyRequest, tools: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
    const grant = this.admitted.get(request) ?? new Set();
    return grant === 'all' ? tools : new Map([...tools].filter(([name]) => grant.has(name)));
  }
}

/** Undefined where no keys are configured, and so everybody is let in. */
export function callersOf(
  { apiKeys, apiKeysFile, callers }: MCPCallersConfig,
  log: Logger,
): Callers | undefined {
  const isShared = apiKeysFile !== undefined || apiKeys.length > 0;
  const shared = new Secret(MCP_API_KEYS_VARIABLE, apiKeys.join(','), apiKeysFile);
  const holders: Holder[] = [
    ...(isShared ? [{ keys: shared, grant: 'all' as const }] : []),
    ...callers.map(({ name, apiKey, apiKeyFile, tools }) => ({
      keys: new Secret(mcpCallerKeyVariable(name), apiKey, apiKeyFile),
      grant: tools ? new Set(tools) : ('all' as const),
    })),
  ];
  return holders.length > 0 ? new Callers(holders, log) : undefined;
}

/** Asks for a key before anything else of a request is looked at; probes have none. */
export function protect(server: FastifyInstance, callers: Callers): void {
  server.addHook('onRequest', async (request, reply) => {
    if ([HEALTH_PATH, READY_PATH].includes(request.routeOptions.url ?? '')) return;
    const admission = await callers.admit(request);
    if ('grant' in admission) return;
    const { status, message } = admission;
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    await reply.code(status).send({ jsonrpc: '2.0', error: { code: REFUSED, message }, id: null });
  });
}

/** Of the codes that JSON-RPC leaves to servers. */
const REFUSED = -32000;

/** Whoever holds a key that several share could be any of them. */
function united(grants: readonly Grant[]): Grant {
  return grants.reduce<Grant>(
    (all, grant) => (all === 'all' || grant === 'all' ? 'all' : new Set([...all, ...grant])),
    new Set(),
  );
}
