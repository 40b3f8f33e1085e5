import { connect } from 'node:net';

/** Time for what was refused to be told by whoever was refused. */
const TOLD_MS = 300;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Settles when nobody listens at an address, and at no other time. OTLP's exporters over HTTP try for ten seconds what
 * is refused at once, which whoever ends has no time for.
 */
export function refusedConnection(address: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const target = targetOf(address);
    if (!target) return;
    const socket = connect(target);
    const end = () => socket.destroy();
    signal.addEventListener('abort', end, { once: true });
    socket.once('connect', end);
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED') setTimeout(resolve, TOLD_MS).unref();
    });
  });
}

function targetOf(address: string): { readonly host: string; readonly port: number } | undefined {
  if (!URL.canParse(address)) return undefined;
  const { hostname, port, protocol } = new URL(address);
  const number = Number(port) || DEFAULT_PORTS[protocol];
  return number === undefined ? undefined : { host: hostname.replace(/^\[|\]$/g, ''), port: number };
}
