import { pino } from 'pino';
import { buildHttpServer } from '../../../runtime/process/http-server';
import { getJson, listenFastify } from '../../support/http';

test('what is not meant for callers is logged with what their request is called', async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line) => void lines.push(line) });
  const server = buildHttpServer({ maxBodyBytes: 1_000, closeLimitMs: 1_000, log });
  server.get('/', () => {
    throw new Error('10.0.0.7 is down');
  });
  const listening = await listenFastify(server);
  const reply = await getJson(listening.url, { 'x-request-id': 'ticket-42' });
  await listening.close();
  const error = { message: 'internal error', type: 'api_error', param: null, code: 'internal_error' };
  expect([reply.status, reply.body]).toEqual([500, { error }]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { msg: 'request failed', request_id: 'ticket-42', err: { message: '10.0.0.7 is down' } },
  ]);
});
