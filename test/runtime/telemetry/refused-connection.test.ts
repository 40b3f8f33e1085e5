import { once } from 'node:events';
import { createServer } from 'node:net';
import { refusedConnection } from '../../../runtime/telemetry/refused-connection';
import { nobodyAt } from '../../support/http';

test('it settles where nobody listens', async () => {
  const { url } = await nobodyAt();
  await refusedConnection(url, new AbortController().signal);
});

test('where somebody listens it lets go, and does not settle', async () => {
  const { port } = await nobodyAt();
  const server = createServer();
  const closed = new Promise<string>((resolve) => {
    server.on('connection', (socket) => socket.resume().once('close', () => resolve('let go')));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const refused = refusedConnection(`http://127.0.0.1:${port}`, new AbortController().signal);
  expect(await Promise.race([closed, refused])).toBe('let go');
  server.close();
});

test('one that is given up is nobody’s error', async () => {
  const { url } = await nobodyAt();
  const given = new AbortController();
  void refusedConnection(url, given.signal);
  given.abort();
  await nobodyAt();
});
