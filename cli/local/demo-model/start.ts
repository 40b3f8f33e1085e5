import { type AddressInfo } from 'node:net';
import { LOOPBACK } from '../ports';
import { buildDemoModel } from './demo-model';

/** The demo model, listening. */
export interface DemoModel {
  /** Base address, without `/v1`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the demo model in this process, on any port that is free. */
export async function startDemoModel(): Promise<DemoModel> {
  const server = buildDemoModel();
  await server.listen({ host: LOOPBACK, port: 0 });
  const { port } = server.server.address() as AddressInfo;
  return { url: `http://${LOOPBACK}:${port}`, close: () => server.close() };
}
