import { z } from 'zod';
import { DELEGATION_EXTENSION } from './card';

/** Where an agent takes messages, and in which version of the protocol. */
export interface A2AInterface {
  readonly url: string;
  readonly protocolBinding: string;
  readonly protocolVersion: string;
}

const common = z.object({
  description: z.string(),
  capabilities: z
    .object({ extensions: z.array(z.object({ uri: z.string().optional() })).nullish() })
    .nullish()
    .catch(undefined),
});

/** A card of A2A 1.0, or of 0.3, as far as a task needs it. */
export const card = z.union([
  common.extend({
    supportedInterfaces: z
      .array(z.object({ url: z.string(), protocolBinding: z.string(), protocolVersion: z.string() }))
      .min(1),
  }),
  common.extend({
    url: z.string(),
    preferredTransport: z.string().default('JSONRPC'),
    additionalInterfaces: z.array(z.object({ transport: z.string(), url: z.string() })).default([]),
  }),
]);

export type Card = z.infer<typeof card>;

/** The newest of those that speak JSON-RPC. */
export function interfaceOf(read: Card): A2AInterface | undefined {
  const spoken = interfacesOf(read).filter(({ protocolBinding }) => protocolBinding === 'JSONRPC');
  return spoken.find(({ protocolVersion }) => protocolVersion.startsWith('1.')) ?? spoken[0];
}

/** Strangers need not learn what our agents are called. */
export function takesDelegations({ capabilities }: Card): boolean {
  return capabilities?.extensions?.some(({ uri }) => uri === DELEGATION_EXTENSION) ?? false;
}

function interfacesOf(read: Card): A2AInterface[] {
  if ('supportedInterfaces' in read) return read.supportedInterfaces;
  const { url, preferredTransport, additionalInterfaces } = read;
  const all = [{ transport: preferredTransport, url }, ...additionalInterfaces];
  return all.map(({ transport, url: at }) => ({
    url: at,
    protocolBinding: transport,
    protocolVersion: '0.3',
  }));
}
