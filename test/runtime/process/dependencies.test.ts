import { pino } from 'pino';
import { Dependencies } from '../../../runtime/process/dependencies';
import { HttpClient } from '../../../runtime/process/http-client';
import { type Listening, listenHttp, nobodyAt, until } from '../../support/http';

const http = new HttpClient();
const log = pino({ enabled: false });
const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
});
afterAll(() => http.close());

test('who leans on nobody is ready', async () => {
  const dependencies = build({});
  expect(dependencies.ready).toBe(true);
  await dependencies.reachAll();
});

test('waits for each dependency, whenever it starts, and is ready then', async () => {
  const [early, late] = [await answering(200), await nobodyAt()];
  const dependencies = build({ early: early.url, late: late.url });
  expect([dependencies.ready, dependencies.states]).toEqual([false, { early: 'waiting', late: 'waiting' }]);
  const reached = dependencies.reachAll();
  await until(() => dependencies.states['early'] === 'reached');
  expect([dependencies.ready, dependencies.states['late']]).toEqual([false, 'waiting']);
  await answering(200, late.port);
  await reached;
  expect([dependencies.ready, dependencies.states]).toEqual([true, { early: 'reached', late: 'reached' }]);
});

test('stays ready when a dependency goes away again', async () => {
  const server = await answering(200);
  const dependencies = build({ server: server.url });
  await dependencies.reachAll();
  await server.close();
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  expect([dependencies.ready, dependencies.states]).toEqual([true, { server: 'reached' }]);
});

test.each([204, 401, 404, 405])('a server that answers %i lives', async (status) => {
  const dependencies = build({ server: (await answering(status)).url });
  await dependencies.reachAll();
  expect(dependencies.ready).toBe(true);
});

test('a server that answers 503 is asked again', async () => {
  let asked = 0;
  const server = await listenHttp((_request, response) => response.writeHead(++asked < 3 ? 503 : 200).end());
  open.push(server);
  const dependencies = build({ server: server.url });
  await dependencies.reachAll();
  expect(asked).toBe(3);
});

test('says why each was not reached, without its address', async () => {
  const failing = await answering(503);
  const dependencies = build({
    nobody: (await nobodyAt()).url,
    failing: failing.url,
  });
  expect(dependencies.problems[0]).toBe('waiting for nobody: not tried yet');
  void dependencies.reachAll();
  await until(() => dependencies.problems.every((problem) => !problem.endsWith('not tried yet')));
  expect(dependencies.problems).toEqual([
    'waiting for nobody: nobody listens there',
    'waiting for failing: it answers with an error',
  ]);
});

test('closing ends the waiting, without having reached anybody', async () => {
  const dependencies = build({ nobody: (await nobodyAt()).url });
  const reached = dependencies.reachAll();
  await dependencies.close();
  await reached;
  expect([dependencies.ready, dependencies.states]).toEqual([false, { nobody: 'waiting' }]);
});

test('closing ends a question that is not answered', async () => {
  let noteAsked: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    noteAsked = resolve;
  });
  open.push(await listenHttp(() => noteAsked()));
  const dependencies = build({ silent: (open[0] as Listening).url });
  const reached = dependencies.reachAll();
  await asked;
  await dependencies.close();
  await reached;
  expect(dependencies.ready).toBe(false);
});

function build(urls: Readonly<Record<string, string>>): Dependencies {
  const list = Object.entries(urls).map(([name, livenessUrl]) => ({ name, livenessUrl }));
  const dependencies = new Dependencies(list, http, log);
  open.push(dependencies);
  return dependencies;
}

async function answering(status: number, port = 0): Promise<Listening> {
  const server = await listenHttp((_request, response) => response.writeHead(status).end(), port);
  open.push(server);
  return server;
}
