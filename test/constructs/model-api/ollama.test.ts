import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Egress } from '../../../constructs';
import { isOllamaModel, PULL_AND_SERVE, registriesOf } from '../../../constructs/model-api/ollama';

test.each([
  ['smollm2:135m', true],
  ['llama3.2', true],
  ['someone/model:tag', true],
  ['hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M', true],
  ['registry.example:5000/team/model', true],
  ['', false],
  ['-rf', false],
  ['a b', false],
  ['a;b', false],
  ['$(id)', false],
  ['a:b:c', false],
  ['a/b/c/d', false],
  ['model\n', false],
])('whether Ollama could know a model by the name %j: %p', (name, expected) => {
  expect(isOllamaModel(name)).toBe(expected);
});

test('models are pulled from the public registry, or from the one that their name begins with', () => {
  const models = ['a', 'b:1', 'registry.example:5000/team/model', 'hf.co/x/y'];
  expect(registriesOf(models)).toEqual([Egress.toInternet(), Egress.toInternet(5000), Egress.toInternet()]);
});

/** A stand-in for the `ollama` command that logs what it was asked, knows what it has pulled, and fails a first pull. */
const OLLAMA = `#!/bin/sh
cd "$(dirname "$0")"
printf '%s\\n' "$*" >> log
case "$1" in
  list) test -f serving ;;
  show) test -f "have-$2" ;;
  pull) if test -f failed; then touch "have-$2"; else touch failed; exit 1; fi ;;
  serve) touch serving; while ! test -f "have-$LAST"; do sleep 0.1; done ;;
esac
`;

test('all models that are not there are pulled, also when a pull fails, while the server runs', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ollama-'));
  try {
    writeFileSync(join(directory, 'ollama'), OLLAMA);
    chmodSync(join(directory, 'ollama'), 0o755);
    writeFileSync(join(directory, 'have-there'), '');
    const script = PULL_AND_SERVE.replace('sleep 5', 'sleep 0').replace('sleep 1', 'sleep 0');
    execFileSync('/bin/sh', ['-c', script, 'ollama', 'there', 'missing', 'last'], {
      env: { PATH: `${directory}:${process.env.PATH}`, LAST: 'last' },
      timeout: 20_000,
    });
    const log = readFileSync(join(directory, 'log'), 'utf8').trim().split('\n');
    expect(log.filter((line) => line !== 'list' && line !== 'serve')).toEqual([
      'show there',
      'show missing',
      'pull missing',
      'show missing',
      'pull missing',
      'show last',
      'pull last',
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
