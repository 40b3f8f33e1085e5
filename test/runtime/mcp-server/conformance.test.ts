import { buildSync } from 'esbuild';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { mcpServerConfigToEnv, PROVIDED_MODULES } from '../../../runtime/contract';
import { CONFORMANCE, INSPECTOR, NODE } from '../../components/mcp-tools';
import { nobodyAt } from '../../support/http';
import { describeWithMCPTools } from '../../support/mcp-components';
import {
  type Bundles,
  bundleProcesses,
  ready,
  type RealProcess,
  startProcess,
} from '../../support/real-process';

/** The suite starts a server of its own for nothing here, and calls ours a hundred times. */
const LIFE_MS = 120_000;

describeWithMCPTools('the process, by what others check it with', () => {
  let bundles: Bundles, server: RealProcess, mcp: string;

  beforeAll(async () => {
    bundles = bundleProcesses();
    const module = join(dirname(bundles.mcpServer), 'tools.js');
    buildSync({
      entryPoints: [join(__dirname, 'conformance/tools.ts')],
      outfile: module,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: [...PROVIDED_MODULES],
      logLevel: 'warning',
    });
    const { port, url } = await nobodyAt();
    const config = { name: 'search', toolModules: [module], host: '127.0.0.1', port };
    server = startProcess(bundles.mcpServer, mcpServerConfigToEnv(config), LIFE_MS);
    mcp = `${url}/mcp`;
    await ready(url);
  });
  afterAll(async () => {
    server.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    bundles.remove();
  });

  // Each file of expected failures says what does not apply to a server of tools alone; anything else fails here.
  test.each([
    ['2025-11-25', 48, 19],
    ['2026-07-28', 121, 58],
  ])(
    'the official conformance suite of %s',
    async (revision, passed, failed) => {
      const baseline = join(__dirname, `conformance/${revision}.yaml`);
      const args = ['server', '--url', mcp, '--requirements', revision, '--expected-failures', baseline];
      const { code, said } = await run(CONFORMANCE, args);
      expect({ code, said }).toMatchObject({ code: 0 });
      expect(said).toContain(`Total: ${passed} passed, ${failed} failed`);
    },
    100_000,
  );

  test.each(['legacy', 'modern'])(
    'MCP Inspector’s command line, %s, lists the tools and calls one',
    async (era) => {
      const listed = await inspect(era, '--method', 'tools/list');
      expect(listed).toMatchObject({
        tools: expect.arrayContaining([expect.objectContaining({ name: 'test_simple_text' })]),
      });
      const call = ['--method', 'tools/call', '--tool-name', 'test_header', '--tool-arg', 'region=Oslo'];
      expect(await inspect(era, ...call)).toMatchObject({
        content: [{ type: 'text', text: '{"region":"Oslo"}' }],
      });
    },
    60_000,
  );

  async function inspect(era: string, ...args: readonly string[]): Promise<unknown> {
    const where = ['--cli', mcp, '--transport', 'http', '--protocol-era', era];
    const { code, said } = await run(INSPECTOR, [...where, ...args]);
    expect({ code, said }).toMatchObject({ code: 0 });
    return JSON.parse(said);
  }

  /** Runs a script by the newer Node, and tells how it ended and what it said. */
  function run(script: string, args: readonly string[]): Promise<{ code: number; said: string }> {
    return new Promise((resolve) => {
      // Inspector keeps what it learns in the home of whoever runs it.
      const options = { timeout: LIFE_MS, env: { HOME: dirname(bundles.mcpServer) } };
      execFile(NODE, [script, ...args], options, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? (error ? -1 : 0)), said: error ? stdout + stderr : stdout }),
      );
    });
  }
});
