import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../../../cli/local/errors';
import { findRealParts, requireRealParts } from '../../../../cli/local/real/components';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function program(...path: string[]): string {
  const file = join(directory, ...path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
}

test('finds those of the project before those on the PATH', () => {
  const onPath = { litellm: program('bin', 'litellm'), otelcol: program('other', 'otelcol-contrib') };
  const path = [join(directory, 'bin'), join(directory, 'other')].join(':');
  expect(findRealParts(directory, path)).toEqual(onPath);
  const ofProject = {
    litellm: program('.components', 'litellm', 'bin', 'litellm'),
    otelcol: program('.components', 'bin', 'otelcol-kaos'),
  };
  expect(findRealParts(directory, path)).toEqual(ofProject);
});

test('finds none where there are none, or none that could be run', () => {
  chmodSync(program('bin', 'litellm'), 0o644);
  // The distribution called core lacks half of what our configurations use.
  program('bin', 'otelcol');
  expect(findRealParts(directory, join(directory, 'bin'))).toEqual({
    litellm: undefined,
    otelcol: undefined,
  });
});

test('who asks for them and has none is told what to install', () => {
  const path = join(directory, 'bin');
  expect(() => requireRealParts(directory, path)).toThrow(
    new UserError(
      '--real needs LiteLLM or a collector, and neither litellm nor otelcol-k8s nor otelcol-contrib is on the PATH or in ' +
        '.components; in this repository run "npm run components", elsewhere "python3 -m pip install \'litellm[proxy]\'", ' +
        'or put otelcol-contrib, a release of the OpenTelemetry Collector, on the PATH',
    ),
  );
  const litellm = program('bin', 'litellm');
  expect(requireRealParts(directory, path)).toEqual({ litellm, otelcol: undefined });
});
