import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What lies between an agent and one of its peers. It can break while both of them live. */
export class Wire {
  private readonly ends = new Set<Socket>();
  private server: Server | undefined;

  /** @param port where the peer is for the agent, which is really at `peerPort` */
  constructor(
    private readonly port: number,
    private readonly peerPort: number,
  ) {}

  async open(): Promise<void> {
    this.server = createServer((near) => {
      const far = connect(this.peerPort, '127.0.0.1');
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.ends.add(end);
        end.setNoDelay(true).pipe(other);
        end.on('error', () => other.destroy());
        end.on('close', () => {
          this.ends.delete(end);
          other.destroy();
        });
      }
    }).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Whoever waits for an answer gets none, whatever was done for it. */
  cut(): void {
    // Not by a reset: after those, Node did not always end, and span at its exit instead.
    for (const end of this.ends) end.destroy();
  }

  async close(): Promise<void> {
    const closed = this.server && new Promise((resolve) => this.server?.close(resolve));
    this.cut();
    await closed;
  }
}
