import { Chart } from 'cdk8s';
import { type Construct } from 'constructs';
import { Cluster, ModelAPI } from '../../../constructs';
import { checksum, oversize } from '../../../constructs/workload/config-files';
import { find, problemsOf, synth, synthApp, validationError } from '../../support/synth';

function workload(scope: Construct, id: string, image?: string): ModelAPI<'gpt-4o'> {
  return ModelAPI.proxy(scope, id, { models: ['gpt-4o'], image });
}

test("objects and pods carry the labels of KAOS and the recommended ones, and are selected by KAOS's", () => {
  const manifests = synth((scope) => workload(scope, 'llm'));
  const labels = {
    app: 'modelapi',
    modelapi: 'llm',
    'app.kubernetes.io/name': 'modelapi',
    'app.kubernetes.io/instance': 'modelapi-llm',
    'app.kubernetes.io/component': 'model-gateway',
    'app.kubernetes.io/part-of': 'research',
    'app.kubernetes.io/managed-by': 'cdk8s',
  };
  manifests.forEach(({ metadata }) => expect(metadata.labels).toEqual(labels));
  const { spec } = find(manifests, 'Deployment', 'modelapi-llm');
  expect(spec.template.metadata.labels).toEqual(labels);
  expect(spec.selector.matchLabels).toEqual({ app: 'modelapi', modelapi: 'llm' });
});

test('an image may be pinned by tag, by digest or by both', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  for (const image of ['a:1', 'host:5000/a/b:v1.2', `a@${digest}`, `a:1@${digest}`]) {
    expect(problemsOf((scope) => workload(scope, 'llm', image))).toEqual([]);
  }
});

test.each(['a', 'a:latest', 'host:5000/a'])('fails when the image is %p', (image) => {
  expect(problemsOf((scope) => workload(scope, 'llm', image))).toEqual([
    `[research/llm] image is "${image}"; give a tag other than latest, or a digest`,
  ]);
});

test.each(['LLM', 'l.l', '1llm', 'llm-', 'l_m'])('fails when the id is %p', (id) => {
  expect(problemsOf((scope) => workload(scope, id))).toEqual([
    `[research/${id}] the id "${id}" cannot be part of an object's name; ` +
      'use lower-case letters, digits and "-", a letter first and no "-" last',
  ]);
});

test('fails when names get too long', () => {
  const id = 'x'.repeat(60);
  const problem = (name: string, length: number) =>
    `[research/${id}] the name "${name}" has ${length} characters; Kubernetes allows 63, make the id ${length - 63} shorter`;
  expect(problemsOf((scope) => workload(scope, id))).toEqual([
    problem(`modelapi-${id}`, 69),
    problem(`litellm-config-${id}`, 75),
  ]);
});

test('fails when the cluster domain is no domain', () => {
  const build = () =>
    synthApp((app) => {
      Cluster.configure(app, { domain: 'no domain' });
      workload(new Chart(app, 'research'), 'llm');
    });
  expect(build).toThrow(
    validationError(`[] the cluster's domain is "no domain"; give a domain such as cluster.local`),
  );
});

const files = (data: Record<string, string>) => ({ name: 'files', mountPath: '/files', data: () => data });

test('a checksum is that of names and contents, whatever their order', () => {
  const sum = checksum(files({ a: '1', b: '2' }));
  expect(sum).toMatch(/^[0-9a-f]{64}$/);
  expect(checksum(files({ b: '2', a: '1' }))).toBe(sum);
  expect(checksum(files({ a: '2', b: '1' }))).not.toBe(sum);
  expect(checksum(files({ a: '12', b: '' }))).not.toBe(sum);
});

test('files may fill a ConfigMap to the last byte', () => {
  const full = 'ü'.repeat(512 * 1024 - 1);
  expect(oversize(files({ ab: full }))).toEqual([]);
  expect(oversize(files({ abc: full }))).toEqual([
    'ConfigMap "files" has 1048577 bytes; a ConfigMap holds 1048576, make "abc" smaller',
  ]);
});
