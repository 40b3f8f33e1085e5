import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { allocatePorts } from '../../../cli/local/addresses';
import { claimPort, isFree, LOOPBACK } from '../../../cli/local/ports';
import { listenHttp, nobodyAt } from '../../support/http';
import { deployment, planOf, workloadOf } from './small-chart';

const two = {
  container: {
    ports: [
      { name: 'grpc', containerPort: 4317 },
      { name: 'http', containerPort: 4318 },
    ],
  },
};
const many = Array.from({ length: 40 }, (_, index) => deployment('agent', `agent-${index}`, two));
const plan = planOf([...many, deployment('agent', 'lead')]);
const lead = workloadOf(plan, 'lead');

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, LOOPBACK);
  await once(server, 'listening');
  return server;
}

describe('allocatePorts', () => {
  test('hands out no port twice, and each can be listened on', async () => {
    const ports = await allocatePorts(plan, new Map());
    const all = plan.workloads.flatMap((workload) =>
      workload.container.ports.map(({ containerPort }) => ports.of(workload, containerPort)),
    );
    expect(all).toHaveLength(81);
    expect(new Set(all).size).toBe(81);
    const servers = await Promise.all(all.map(listen));
    servers.forEach((server) => server.close());
  });

  test('gives the port that was asked for to the first port of the workload', async () => {
    const { port } = await nobodyAt();
    const ports = await allocatePorts(plan, new Map([[lead, port]]));
    expect(ports.mainOf(lead)).toBe(port);
    expect(ports.urlOf(lead)).toBe(`http://127.0.0.1:${port}`);
  });

  test('gives one port to what all collectors take, whose receiver is one', async () => {
    const tiers = planOf([
      deployment('otel-collector', 'telemetry', { container: { ports: [{ containerPort: 4317 }] } }),
      deployment('otel-collector', 'telemetry-sampler', two),
      deployment('otel-collector', 'other', two),
    ]);
    const ports = await allocatePorts(tiers, new Map());
    const [first, second, third] = tiers.workloads.map((each) => ports.of(each, 4317));
    expect([second, third]).toEqual([first, first]);
    const [http, sameHttp] = tiers.workloads.slice(1).map((each) => ports.of(each, 4318));
    expect(http).toBe(sameHttp);
    expect(http).not.toBe(first);
  });

  test('fails when the port that was asked for is in use, and holds on to none', async () => {
    const squatter = await listenHttp(() => undefined);
    const failure = await allocatePorts(plan, new Map([[lead, squatter.port]])).catch(String);
    await squatter.close();
    expect(failure).toBe(`UserError: port ${squatter.port} for lead is in use; give another with --port`);
    expect(await isFree(squatter.port)).toBe(true);
  });

  test('fails when the workload that is asked for has no port', async () => {
    const bare = planOf([deployment('agent', 'lead', { container: { ports: [] } })]);
    const ports = await allocatePorts(bare, new Map());
    expect(() => ports.mainOf(workloadOf(bare, 'lead'))).toThrow(
      new Error('lead has no port; give its container one'),
    );
  });
});

describe('claimPort', () => {
  test('keeps a port for whoever has it, though nobody listens there yet', async () => {
    const claim = await claimPort();
    const random = jest.spyOn(Math, 'random').mockReturnValueOnce((claim.port + 0.5 - 20_000) / 12_000);
    const next = await claimPort();
    random.mockRestore();
    expect(next.port).not.toBe(claim.port);
    expect(await isFree(claim.port)).toBe(true);
    claim.release();
    next.release();
  });

  test('gives none on which somebody listens, and none that connections take', async () => {
    const before = await claimPort();
    before.release();
    const squatter = await listenHttp(() => undefined, before.port);
    const random = jest.spyOn(Math, 'random').mockReturnValueOnce((before.port + 0.5 - 20_000) / 12_000);
    const { port, release } = await claimPort();
    random.mockRestore();
    expect(port).not.toBe(before.port);
    expect(port).toBeLessThan(32_768);
    release();
    await squatter.close();
  });
});

test('a port is free when nobody listens on it', async () => {
  const squatter = await listenHttp(() => undefined);
  expect(await isFree(squatter.port)).toBe(false);
  await squatter.close();
  expect(await isFree(squatter.port)).toBe(true);
});
