import { describeWithPython, PythonServers, startPython } from '../../support/python';

jest.setTimeout(60_000);

const servers = new PythonServers();
afterAll(() => servers.remove());

const NAMED = { MCP_SERVER_NAME: 'snakes' };

/** What the server says of code when it refuses to start; `FILE` stands for the path of the code. */
async function refusalOf(code: string, env: Record<string, string> = NAMED): Promise<string> {
  const file = servers.file(code);
  const server = startPython(['-m', 'kaos_mcp'], { MCP_TOOLS_FILE: file, ...env });
  const [exit, stderr, stdout] = await Promise.all([server.exit, server.stderr, server.stdout]);
  expect([exit, stdout]).toEqual([1, '']);
  return stderr.replaceAll(file, 'FILE');
}

describeWithPython('a server with tools in Python', () => {
  test('fails when the code has a syntax error', async () => {
    expect(await refusalOf('def add(a: int) -> int:\n    return a +\n')).toBe(
      'MCP_TOOLS_FILE: FILE:2: invalid syntax\n',
    );
  });

  test('fails when the code raises as it is loaded, naming its own line', async () => {
    expect(await refusalOf('import os\n\nimport no_such_package\n')).toBe(
      "MCP_TOOLS_FILE: FILE:3: ModuleNotFoundError: No module named 'no_such_package'\n",
    );
  });

  test('fails when the code ends the process', async () => {
    expect(await refusalOf('import sys\nsys.exit(0)\n')).toBe('MCP_TOOLS_FILE: FILE:2: SystemExit: 0\n');
  });

  test('fails when there is no tool in the code', async () => {
    const code = `
from json import dumps
class Model: pass
LIMIT = 3
double = lambda x: x * 2
def _helper(): pass
`;
    expect(await refusalOf(code)).toBe(
      'MCP_TOOLS_FILE: FILE has no tool; define a function whose name does not begin with _\n',
    );
  });

  test('fails when a model could not be told how to call a tool, of all tools at once', async () => {
    const code = `from random import Random
def held(source: Random, count: int) -> str: ...
def loose(text): ...
def many(*texts: str) -> str: ...
def named(**texts: str) -> str: ...
def placed(a: int, /) -> str: ...
def lost(a: "Nowhere") -> str: ...
def größe(a: int) -> int: ...
`;
    const tool = (line: number, said: string) => `MCP_TOOLS_FILE: FILE:${line}: ${said}`;
    expect((await refusalOf(code)).trimEnd().split('\n')).toEqual([
      tool(
        2,
        'tool "held": parameter "source" is annotated random.Random, which JSON cannot say; ' +
          'use str, int, float, bool, list, dict, a dataclass or a pydantic model',
      ),
      tool(
        3,
        'tool "loose": parameter "text" has no annotation; annotate it, or begin the name of a helper with _',
      ),
      tool(4, 'tool "many": a model cannot be told what "*texts" takes; name each parameter'),
      tool(5, 'tool "named": a model cannot be told what "**texts" takes; name each parameter'),
      tool(6, 'tool "placed": parameter "a" cannot be given by name; take the "/" away'),
      tool(7, `the annotations of tool "lost" cannot be read: name 'Nowhere' is not defined`),
      tool(
        8,
        'tool "größe" has a name that not every model takes; use up to 64 ASCII letters, digits and "_"',
      ),
    ]);
  });

  test('fails when variables are wrong, saying what is wrong with the code too', async () => {
    const env = { MCP_PORT: '0', LOG_LEVEL: 'loud' };
    expect(await refusalOf('def', env)).toBe(
      [
        'MCP_SERVER_NAME is not set; it is required',
        'MCP_PORT is "0"; give a port from 1 to 65535',
        'LOG_LEVEL is "LOUD"; give one of TRACE, DEBUG, INFO, WARNING, ERROR',
        'MCP_TOOLS_FILE: FILE:1: invalid syntax',
        '',
      ].join('\n'),
    );
  });

  test('fails when there is no code', async () => {
    expect(await refusalOf('', { ...NAMED, MCP_TOOLS_FILE: '' })).toBe(
      'MCP_TOOLS_FILE is not set; it is required\n',
    );
    expect(await refusalOf('', { ...NAMED, MCP_TOOLS_FILE: '/nowhere.py' })).toBe(
      'MCP_TOOLS_FILE: "/nowhere.py" cannot be read: No such file or directory\n',
    );
  });

  test('fails when code is in a file and in a variable', async () => {
    expect(await refusalOf('def a() -> str: ...', { ...NAMED, MCP_TOOLS_STRING: 'x = 1' })).toBe(
      'MCP_TOOLS_FILE and MCP_TOOLS_STRING are both set; leave one out\n',
    );
  });

  test('fails when code in a variable has a syntax error', async () => {
    expect(await refusalOf('', { ...NAMED, MCP_TOOLS_FILE: '', MCP_TOOLS_STRING: '\ndef' })).toBe(
      'MCP_TOOLS_STRING: <MCP_TOOLS_STRING>:2: invalid syntax\n',
    );
  });
});
