import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startCollector } from '../../../cli/local/collector/collector';
import { agentConfigToEnv, type Env } from '../../../runtime/contract';
import { nobodyAt } from '../../support/http';
import { type Bundles, bundleProcesses, ready, startProcess } from '../../support/real-process';

let bundles: Bundles;

beforeAll(() => {
  bundles = bundleProcesses();
});
afterAll(() => bundles.remove());

test.each([
  ['a rejection', 'Promise.reject(new Error("lost"))'],
  ['an exception', 'setImmediate(() => { throw new Error("lost") })'],
  ['a rejection without an error', 'Promise.reject("lost")'],
])('%s that nobody catches is logged with its trace, sent, and ends the process', async (what, code) => {
  const collector = await startCollector({ host: '127.0.0.1', grpcPort: 0, httpPort: 0 });
  const { agent } = await startBroken(code, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcUrl });
  agent.kill('SIGUSR2');
  expect([await agent.exit, await agent.stderr]).toEqual([1, '']);
  const message = `nobody caught ${what.replace(' without an error', '')}`;
  const [line] = (await agent.stdout).split('\n').filter((text) => text.includes(message));
  expect(JSON.parse(line ?? '{}')).toMatchObject({ severity: 'FATAL', err: { message: 'lost' } });
  expect(JSON.parse(line ?? '{}').err.stack).toContain('Error: lost\n    at ');
  expect(collector.store.logs.map(({ body }) => body)).toContain(message);
  await collector.close();
});

test('a collector that is away does not hold up the end', async () => {
  const { agent } = await startBroken('Promise.reject(new Error("lost"))', {
    OTEL_EXPORTER_OTLP_ENDPOINT: (await nobodyAt()).url,
  });
  agent.kill('SIGUSR2');
  expect(await agent.exit).toBe(1);
});

/** An agent that does something on SIGUSR2 which no code of ours would. */
async function startBroken(code: string, env: Env) {
  const module = join(dirname(bundles.agent), 'break.js');
  writeFileSync(module, `process.on('SIGUSR2', () => { ${code} });`);
  const { port } = await nobodyAt();
  const model = (await nobodyAt()).url;
  const config = { name: 'lead', host: '127.0.0.1', port, modelUrl: model, model: 'gpt-4o' };
  const NODE_OPTIONS = `--require=${module}`;
  const agent = startProcess(bundles.agent, { ...agentConfigToEnv(config), ...env, NODE_OPTIONS });
  await ready(`http://127.0.0.1:${port}`, '/health');
  return { agent };
}
