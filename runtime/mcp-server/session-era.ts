import { type JSONRPCMessage, type McpServer, type Transport } from '@modelcontextprotocol/server';

/**
 * What a client of the protocol before 2026-07-28 sent in one request: a message, or a batch of them.
 *
 * @returns the answers, one for each request among the messages; none once the request is given up
 */
export async function answerMessages(
  server: McpServer,
  messages: readonly JSONRPCMessage[],
  request: Request,
): Promise<readonly JSONRPCMessage[]> {
  const requests = messages.filter(isRequest);
  if (requests.length === 0) return [];
  const exchange = new Exchange(requests.length);
  await server.connect(exchange);
  const giveUp = () => void server.close();
  request.signal.addEventListener('abort', giveUp, { once: true });
  // Whatever is no request is for a session to know, and there are none.
  for (const message of requests) exchange.onmessage?.(message, { request });
  return exchange.answers;
}

/** A connection that lasts for one HTTP request: what the server sends is the reply. */
class Exchange implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];
  readonly answers: Promise<readonly JSONRPCMessage[]>;
  private readonly said: JSONRPCMessage[] = [];
  private settle: (answers: readonly JSONRPCMessage[]) => void = () => undefined;

  constructor(private readonly expected: number) {
    this.answers = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    // A reply in JSON holds answers alone: of its progress, a call tells nobody.
    if (!('method' in message) && this.said.push(message) === this.expected) this.settle(this.said);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.settle([]);
    this.onclose?.();
    return Promise.resolve();
  }
}

function isRequest(message: JSONRPCMessage): boolean {
  return 'method' in message && 'id' in message;
}
