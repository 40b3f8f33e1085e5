import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PYTHON_RUNTIME_IMAGE, RUNTIME_IMAGE } from '../../constructs/images';

const read = (file: string) => readFileSync(join(__dirname, '../..', file), 'utf8');

test.each([
  ['runtime', RUNTIME_IMAGE, 'runtime/Dockerfile'],
  ['python-runtime', PYTHON_RUNTIME_IMAGE, 'runtime/python/Dockerfile'],
])('the image %s that manifests name is the one of this version, everywhere', (name, image, dockerfile) => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(image).toBe(`localhost/cdk8s-kaos/${name}:${version}`);
  expect(read('README.md')).toContain(`-t ${image} .`);
  expect(read(dockerfile)).toContain(`-t ${image} .`);
});
