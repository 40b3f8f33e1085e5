import { DRAIN_SECONDS, FLUSH_SECONDS, HTTP_PORT, pythonServerConfigToEnv } from '../../../runtime/contract';
import { describeWithPython, startPython } from '../../support/python';

jest.setTimeout(60_000);

const READ = `
import dataclasses, json, os
from kaos_mcp import config
said, problems = config.config_from_env(os.environ)
print(json.dumps([dataclasses.asdict(said), problems]))`;

async function read(env: Record<string, string>): Promise<unknown> {
  return JSON.parse(await startPython(['-c', READ], env).stdout);
}

describeWithPython('what a server with tools in Python is told', () => {
  test('reads as it was written', async () => {
    const env = pythonServerConfigToEnv({
      name: 'search',
      host: '::',
      port: 1,
      toolsFile: '/etc/kaos/tools/a.py',
      logLevel: 'ERROR',
      allowedHosts: ['tools.example.com', '*.example.org'],
      allowedOrigins: ['https://chat.example.com'],
    });
    expect(await read(env)).toEqual([
      {
        name: 'search',
        host: '::',
        port: 1,
        tools_file: '/etc/kaos/tools/a.py',
        tools_text: null,
        log_level: 'ERROR',
        allowed_hosts: ['tools.example.com', '*.example.org'],
        allowed_origins: ['https://chat.example.com'],
      },
      [],
    ]);
  });

  test('has defaults for all but its name and its code', async () => {
    expect(await read(pythonServerConfigToEnv({ name: 'search', toolsFile: 'a.py' }))).toEqual([
      {
        name: 'search',
        host: '0.0.0.0',
        port: HTTP_PORT,
        tools_file: 'a.py',
        tools_text: null,
        log_level: 'INFO',
        allowed_hosts: null,
        allowed_origins: [],
      },
      [],
    ]);
  });

  test.each([
    [{ LOG_LEVEL: 'warn' }, 'WARNING'],
    [{ MCP_LOG_LEVEL: 'Debug' }, 'DEBUG'],
    [{ LOG_LEVEL: 'TRACE', MCP_LOG_LEVEL: 'ERROR' }, 'TRACE'],
  ])('logs by %j at %s', async (env, level) => {
    const named = pythonServerConfigToEnv({ name: 'search', toolsFile: 'a.py' });
    expect(await read({ ...named, ...env })).toMatchObject([{ log_level: level }, []]);
  });

  test('says which hosts and origins could not be', async () => {
    const env = { MCP_ALLOWED_HOSTS: 'a:80', MCP_ALLOWED_ORIGINS: 'https://a.example/' };
    const named = pythonServerConfigToEnv({ name: 'search', toolsFile: 'a.py' });
    const [, problems] = (await read({ ...named, ...env })) as [object, string[]];
    expect(problems).toEqual([
      'MCP_ALLOWED_HOSTS has "a:80"; give names such as tools.example.com, without a port',
      'MCP_ALLOWED_ORIGINS has "https://a.example/"; give origins such as https://chat.example.com',
    ]);
  });

  test('agrees with the contract on how long an end may take', async () => {
    const print = 'from kaos_mcp import config; print(config.DRAIN_SECONDS, config.FLUSH_SECONDS)';
    expect(await startPython(['-c', print], {}).stdout).toBe(`${DRAIN_SECONDS} ${FLUSH_SECONDS}\n`);
  });
});
