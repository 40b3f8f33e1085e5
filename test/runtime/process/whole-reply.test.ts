import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { HttpClient } from '../../../runtime/process/http-client';
import { BrokenReplyError } from '../../../runtime/process/whole-reply';
import { nobodyAt, signalled } from '../../support/http';

const http = new HttpClient();
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});
afterAll(() => http.close());

const NEVER = new AbortController().signal;

test('a reply in pieces is put together, characters that a piece ends in the middle of as well', async () => {
  const euro = Buffer.from('"€"');
  const url = await serve((_request, response) => {
    response.statusCode = 418;
    response.write(euro.subarray(0, 2), () => response.end(euro.subarray(2)));
  });
  await expect(post(url)).resolves.toMatchObject({ status: 418, text: '"€"', json: '€' });
});

test('what is said in advance is not taken for the reply', async () => {
  const url = await serve((_request, response) => {
    response.writeProcessing();
    response.end('{}');
  });
  await expect(post(url)).resolves.toMatchObject({ status: 200, json: {} });
});

test('fails when the reply breaks off, saying so', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{', () => response.destroy());
  });
  await expect(post(url)).rejects.toBeInstanceOf(BrokenReplyError);
});

test('fails when there is no reply, with the reason why', async () => {
  const { url } = await nobodyAt();
  await expect(post(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('fails when it is given up, hanging up', async () => {
  const asked = signalled();
  const left = signalled();
  const url = await serve((_request, response) => {
    response.once('close', () => left.happen());
    response.writeHead(200);
    response.write('{', () => asked.happen());
  });
  const caller = new AbortController();
  const reply = post(url, caller.signal);
  await asked.happened;
  const reason = new Error('no longer needed');
  caller.abort(reason);
  await expect(reply).rejects.toBe(reason);
  await left.happened;
});

test('fails when it was given up before', async () => {
  const { url } = await nobodyAt();
  const reason = new Error('no longer needed');
  await expect(post(url, AbortSignal.abort(reason))).rejects.toBe(reason);
});

function post(url: string, signal = NEVER) {
  return http.postJson(url, {}, { signal, timeoutMs: 5_000 });
}

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
