import { createServer, type AddressInfo } from 'node:net';
import { Client, credentials } from '@grpc/grpc-js';
import { startCollector } from '../../../../cli/local/collector/collector';
import { collector, HOST, useCollector } from './collector-for-tests';

useCollector();

describe('starting and stopping', () => {
  test.each(['gRPC', 'HTTP'])(
    'fails when the %s port is in use, and leaves the other free',
    async (protocol) => {
      const squatter = createServer();
      await new Promise<void>((resolve) => squatter.listen(0, HOST, resolve));
      const { port } = squatter.address() as AddressInfo;
      const ports = protocol === 'gRPC' ? { grpcPort: port, httpPort: 0 } : { grpcPort: 0, httpPort: port };
      const message = `OTLP ${protocol} port ${port} on 127.0.0.1 is in use; stop what listens there or choose another port`;
      const failure = await startCollector({ host: HOST, ...ports }).catch((error: Error) => error.message);
      await new Promise((resolve) => squatter.close(resolve));
      expect(failure).toBe(message);
    },
  );

  test('closes within a second although a client stays connected', async () => {
    const client = new Client(new URL(collector.grpcUrl).host, credentials.createInsecure());
    await new Promise((resolve) => client.waitForReady(Infinity, resolve));
    const before = performance.now();
    await collector.close();
    expect(performance.now() - before).toBeLessThan(1_000);
    client.close();
  });
});
