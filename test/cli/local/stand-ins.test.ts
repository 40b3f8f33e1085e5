import { local, agentContainer, useDirectory } from './localized';
import { noSecrets } from '../../../cli/local/secrets';
import { deployment, planOf, serviceOf } from './small-chart';

useDirectory();

const otlp = { grpcUrl: 'http://127.0.0.1:50000', httpUrl: 'http://127.0.0.1:50001' };
const ports = [{ name: 'otlp-grpc', containerPort: 4317 }];
const collector = deployment('otel-collector', 'telemetry', { container: { ports } });
const service = serviceOf(collector, [{ port: 4317, targetPort: 'otlp-grpc' }]);

function agentWith(env: Record<string, string>, receiver: typeof otlp | undefined = otlp) {
  const entries = Object.entries(env).map(([name, value]) => ({ name, value }));
  const lead = deployment('agent', 'lead', { container: { ...agentContainer(), env: entries } });
  return local(planOf([lead, collector], [service]), 'lead', noSecrets, receiver);
}

describe('telemetry', () => {
  const endpointOf = (value: string, protocol = 'grpc', receiver?: typeof otlp) =>
    agentWith({ OTEL_EXPORTER_OTLP_ENDPOINT: value, OTEL_EXPORTER_OTLP_PROTOCOL: protocol }, receiver).env
      .OTEL_EXPORTER_OTLP_ENDPOINT;

  test.each([
    ['https://otlp.example.com:4317', 'grpc', otlp.grpcUrl],
    ['http://collector.monitoring.svc:4318', 'http/protobuf', otlp.httpUrl],
    ['http://otel-collector-telemetry:4317', 'grpc', 'http://127.0.0.1:40001'],
  ])('for %s by %s comes to %s', (endpoint, protocol, here) => {
    expect(endpointOf(endpoint, protocol)).toBe(here);
  });

  test('of LiteLLM follows its own word for the protocol', () => {
    const { env } = agentWith({
      OTEL_EXPORTER: 'otlp_http',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.example.com',
    });
    expect(env).toMatchObject({
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp.httpUrl,
    });
  });

  test('is switched on by no stand-in', () => {
    expect(agentWith({}).env).not.toHaveProperty('OTEL_EXPORTER_OTLP_ENDPOINT');
  });
});

describe('sessions', () => {
  test('are kept in the process where Redis is elsewhere, which is worth a note', () => {
    const { env, note } = agentWith({
      MEMORY_TYPE: 'redis',
      MEMORY_REDIS_URL: 'redis://redis.cache.svc:6379',
    });
    expect(env.MEMORY_TYPE).toBe('local');
    expect(note).toBe('sessions in the process, not in Redis');
  });

  test.each([
    ['redis', 'redis://host.docker.internal:6379'],
    ['none', 'redis://redis.cache.svc:6379'],
  ])('stay as they are with type %s at %s', (type, url) => {
    const { env, note } = agentWith({ MEMORY_TYPE: type, MEMORY_REDIS_URL: url });
    expect([env.MEMORY_TYPE, note]).toEqual([type, undefined]);
  });
});
