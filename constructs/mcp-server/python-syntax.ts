import { spawnSync } from 'node:child_process';

/** What is wrong with Python code, and which Python says so. */
export interface PythonSyntaxError {
  readonly line: number;
  readonly message: string;
  readonly version: string;
}

/** It compiles and runs nothing. Older ones than the server may have would refuse what that understands. */
const CHECK = `
import json, platform, sys
found = None
if sys.version_info >= (3, 11):
    try:
        compile(sys.stdin.buffer.read(), "tools.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        message = getattr(error, "msg", None) or str(error)
        found = {"line": line, "message": message, "version": platform.python_version()}
print(json.dumps(found))
`;

const LIMIT_MS = 10_000;

/**
 * The first syntax error in Python code, where there is a `python3` to ask. Where there is none, the server finds it when
 * it starts; what is synthesized is the same.
 */
export function syntaxErrorIn(code: string): PythonSyntaxError | undefined {
  const { status, stdout } = spawnSync('python3', ['-I', '-S', '-W', 'ignore', '-c', CHECK], {
    input: code,
    encoding: 'utf8',
    timeout: LIMIT_MS,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  if (status !== 0) return undefined;
  // Printed by the code above.
  return (JSON.parse(stdout) as PythonSyntaxError | null) ?? undefined;
}
