import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUNTIME_IMAGE } from '../../constructs/images';

const read = (file: string) => readFileSync(join(__dirname, '../..', file), 'utf8');

test('the image that manifests name is the one of this version, everywhere', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(RUNTIME_IMAGE).toBe(`localhost/cdk8s-kaos/runtime:${version}`);
  expect(read('README.md')).toContain(`-t ${RUNTIME_IMAGE} .`);
  expect(read('runtime/Dockerfile')).toContain(`-t ${RUNTIME_IMAGE} .`);
});
