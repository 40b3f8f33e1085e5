import { App, Chart } from 'cdk8s';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, MCPServer, ModelAPI, Tools } from '../../constructs';
import { progressIn, readStream } from '../support/chat-stream';
import { endAll, Kaos, kaos, resultsIn } from '../support/kaos';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
});
afterEach(async () => {
  await endAll();
  rmSync(directory, { recursive: true });
});

describe('kaos', () => {
  test('says which version it is', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await kaos('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([
    ['is not known', ['--mesage', 'hi'], "error: unknown option '--mesage'\n(Did you mean --message?)\n"],
    ['is missing', [], "error: required option '-m, --message <text>' not specified\n"],
  ])('fails when an option %s', async (_what, options, problem) => {
    const ended = await kaos('run', 'research', ...options);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr.startsWith(problem)).toBe(true);
  });

  test('fails when there is no such chart', async () => {
    const ended = await kaos('run', 'reserch', '--message', 'hi');
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(
      /^kaos: there is no chart "reserch" in dist; it has: (.*, )?research(, .*)?\n$/,
    );
  });

  test('fails when there is no such agent', async () => {
    const ended = await kaos('run', 'research', '--message', 'hi', '--agent', 'nobody');
    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: 'kaos: chart research has no agent "nobody"; it has: analyst, coordinator, researcher\n',
    });
  });

  test('fails when a chart calls another that was not asked for, and says which', async () => {
    const app = new App({ outdir: directory });
    const shared = new Chart(app, 'shared', { namespace: 'shared' });
    const tools = new MCPServer(shared, 'tools', { tools: Tools.fromModule('apps/tools/echo.ts') });
    const chart = new Chart(app, 'team', { namespace: 'team' });
    const modelAPI = ModelAPI.proxy(chart, 'models', { provider: 'openai', models: ['gpt-4o'] });
    new Agent(chart, 'lead', { modelAPI, model: 'gpt-4o', mcpServers: [tools] });
    app.synth();
    const url = 'http://mcpserver-tools.shared.svc.cluster.local:8000';
    const args = ['--manifests', directory, '--message', 'hello', '--json'];
    const alone = await kaos('run', 'team', ...args);
    expect(alone.stderr).toBe(
      `kaos: lead calls ${url} (MCP_SERVER_tools_URL), which is a Service of chart shared; run them together: team shared\n`,
    );
    const together = await kaos('run', 'team', 'shared', ...args);
    expect(together).toMatchObject({ code: 0 });
    expect(resultsIn(together)).toMatchObject({
      chart: 'team',
      answer: expect.stringContaining('Echo: hello') as string,
    });
  }, 60_000);

  test('fails when nothing in a chart could run', async () => {
    const file = join(directory, 'gitops.k8s.yaml');
    writeFileSync(file, 'kind: Application\nmetadata: { name: research, namespace: argocd }\n');
    const ended = await kaos('up', '--manifests', directory);
    expect(ended).toMatchObject({
      code: 1,
      stderr:
        'kaos: chart gitops has nothing that could run: Application, but no Deployment or StatefulSet; name another\n',
    });
  });

  test('fails when nothing was synthesized', async () => {
    const ended = await kaos('up', '--manifests', directory);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(`kaos: ${directory} has no synthesized chart; run \`cdk8s synth\` first\n`);
  });

  test('fails when a manifest is not YAML', async () => {
    const file = join(directory, 'broken.k8s.yaml');
    writeFileSync(file, 'kind: A\n---\nkind: B\n  metadata: x\n');
    const ended = await kaos('up', 'broken', '--manifests', directory);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(
      `kaos: ${file} is not valid YAML at line 3: Nested mappings are not allowed in compact mappings; synthesize it again\n`,
    );
  });

  test('fails when a manifest lacks what it needs', async () => {
    writeFileSync(
      join(directory, 'bare.k8s.yaml'),
      'kind: Deployment\nmetadata: { name: lonely }\nspec: { template: { metadata: {}, spec: { containers: [] } } }\n',
    );
    const ended = await kaos('up', 'bare', '--manifests', directory);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('bare.k8s.yaml: Deployment "lonely": spec.template.spec.containers: ');
  });

  test('fails when a workload dies at its start, and leaves nothing running', async () => {
    writeFileSync(join(directory, 'throws.ts'), "throw new Error('the tool module is broken');\n");
    const app = new App({ outdir: directory });
    const chart = new Chart(app, 'broken');
    new MCPServer(chart, 'tools', { tools: Tools.fromModule(join(directory, 'throws.ts')) });
    app.synth();
    const ended = await kaos('up', 'broken', '--manifests', directory);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('kaos: tools exited with code 1:\n');
    expect(ended.stderr).toContain('the tool module is broken');
  });

  test('fails when the port that was asked for is in use', async () => {
    const taken: Server = createServer();
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => {
        const address = taken.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      }),
    );
    const ended = await kaos('up', 'research', '--port', String(port));
    taken.close();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(`kaos: port ${port} for coordinator is in use; give another with --port\n`);
  });
});

describe('kaos up', () => {
  test('shows answer and trace, stays up for the curl line that it prints, and stops on Ctrl-C', async () => {
    const up = new Kaos('up', 'research', '--message', 'What is 20 plus 22?');
    const [, url, body] = await up.printed(/curl -s (\S+) .* -d '(.*)'/);
    const reply = await fetch(String(url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: String(body),
    });
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain('42');
    const streamed = await readStream(new URL(String(url)).origin, JSON.parse(String(body)) as object);
    expect(streamed).toMatchObject({ done: true, content: expect.stringContaining('42') as string });
    expect(progressIn(streamed.chunks)).toContainEqual(
      expect.objectContaining({ type: 'delegation', name: 'analyst', state: 'succeeded' }),
    );

    up.child.kill('SIGINT');
    const { code, stdout } = await up.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('agent.agentic_loop');
    expect(stdout).toContain('tools/call add');
    const addresses = new Set(stdout.match(/http:\/\/127\.0\.0\.1:\d+/g));
    expect(addresses.size).toBe(5); // three agents, and the collector by gRPC and HTTP
    for (const address of addresses) await expect(fetch(address)).rejects.toThrow();
  }, 60_000);

  test('says when the usual port is in use', async () => {
    const taken = createServer();
    // Whoever else has it does as well.
    await new Promise<void>((resolve) => {
      taken.once('error', () => resolve());
      taken.listen(8000, '127.0.0.1', resolve);
    });
    const up = new Kaos('up', 'research');
    await up.printed(/^ +coordinator +http:\/\/127\.0\.0\.1:\d+ \(port 8000 is in use\)$/m);
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(0);
    taken.close();
  }, 60_000);

  test('takes its workloads along when it is killed', async () => {
    const up = new Kaos('up', 'research');
    await up.printed(/Ctrl-C/);
    up.child.kill('SIGKILL');
    const { stdout } = await up.ended;
    const addresses = [...stdout.matchAll(/^ +\S+ +(http:\S+)(?: \(port 8000 is in use\))?\n/gm)].map(
      ([, address]) => String(address),
    );
    expect(addresses).toHaveLength(3);
    for (const address of addresses) {
      // Each answer comes from a process that is still on its way out; the test's time limit is the bound.
      while (await fetch(`${address}/health`).catch(() => undefined));
    }
  }, 60_000);
});
