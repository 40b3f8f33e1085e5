import { type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/** Knows what a server is busy with, so that no more than that can hold up its end. */
export class Traffic {
  private readonly sockets = new Set<Socket>();
  private readonly running = new Set<ServerResponse>();
  private ending = false;
  private onIdle: () => void = () => undefined;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('request', (_request, response: ServerResponse) => {
      if (this.ending) response.shouldKeepAlive = false;
      this.running.add(response);
      response.once('close', () => {
        this.running.delete(response);
        if (this.running.size === 0) this.onIdle();
      });
    });
  }

  get isEnding(): boolean {
    return this.ending;
  }

  /** Settles once nothing runs; each connection ends with its answer. */
  async end(): Promise<void> {
    this.ending = true;
    for (const response of this.running) {
      const { socket } = response;
      response.shouldKeepAlive = false;
      // One that has begun has promised to keep it.
      if (response.headersSent) response.once('close', () => socket?.end());
    }
    this.dropIdle();
    if (this.running.size > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
    this.dropIdle();
  }

  /** A connection kept alive after its answer would count as busy, and so would one that was opened in advance. */
  private dropIdle(): void {
    const busy = new Set([...this.running].map((response) => response.socket));
    for (const socket of this.sockets) if (!busy.has(socket)) socket.destroy();
  }
}
