import { Egress, RedisConnection } from '../../constructs';

test('a server is reached on the usual port, where its host says', () => {
  const redis = new RedisConnection({ host: 'redis.data.svc.cluster.local' });
  expect(redis).toMatchObject({ port: 6379, password: undefined, tls: false, problems: [] });
  expect(redis.egress).toEqual(Egress.toNamespace('data'));
  expect(new RedisConnection({ host: '10.1.2.3', port: 6380 }).egress).toEqual(
    Egress.toCidr('10.1.2.3/32', 6380),
  );
  expect(new RedisConnection({ host: 'redis.corp.example', tls: true }).egress).toEqual(
    Egress.toInternet(6379),
  );
  const egress = Egress.toNamespace('cache', 6379);
  expect(new RedisConnection({ host: 'redis', egress }).egress).toBe(egress);
});

test.each([
  ['redis', true],
  ['redis-master.data.svc.cluster.local', true],
  ['10.1.2.3', true],
  ['fd00::1', true],
  ['', false],
  ['redis://redis', false],
  ['redis:6379', false],
  ['user@redis', false],
])('whether %j is a host: %p', (host, isHost) => {
  const problem = [`the host of redis is "${host}"`, 'give a name or an address, without scheme or port'];
  expect(new RedisConnection({ host }).problems).toEqual(isHost ? [] : [problem]);
});

test.each([0, 65_536, 6379.5])('the port %p is none', (port) => {
  expect(new RedisConnection({ host: 'redis', port }).problems).toEqual([
    [`the port of redis is ${port}`, 'give a whole number, 1 to 65535'],
  ]);
});
