import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, ModelAPI } from '../../../constructs';
import { readManifests } from '../../../cli/local/manifests';
import { synthesized } from './small-chart';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kaos-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (chart: string, text: string) => writeFileSync(join(directory, `${chart}.k8s.yaml`), text);

describe('which chart is read', () => {
  test('the one that is named, or the only one', () => {
    write('one', '');
    expect(readManifests(directory, []).map(({ chart }) => chart)).toEqual(['one']);
    write('two', '');
    expect(readManifests(directory, ['two']).map(({ chart }) => chart)).toEqual(['two']);
  });

  test('fails when there is none', () => {
    const message = 'has no synthesized chart; run `cdk8s synth` first';
    expect(() => readManifests(directory, ['one'])).toThrow(new Error(`${directory} ${message}`));
    const nowhere = join(directory, 'nowhere');
    expect(() => readManifests(nowhere, [])).toThrow(new Error(`${nowhere} ${message}`));
  });

  test('fails when it is not among those that are there', () => {
    write('one', '');
    write('two', '');
    expect(() => readManifests(directory, ['three'])).toThrow(
      new Error(`there is no chart "three" in ${directory}; it has: one, two`),
    );
  });

  test('fails when there are several and none is named', () => {
    write('two', '');
    write('one', '');
    expect(() => readManifests(directory, [])).toThrow(
      new Error(`${directory} has several charts; name one, or several to run together: one, two`),
    );
  });
});

describe('what is read', () => {
  test('Deployments, Services and ConfigMaps, whatever stands beside them', () => {
    const [manifests] = synthesized((chart) => {
      const modelAPI = ModelAPI.proxy(chart, 'models', { provider: 'openai', models: ['gpt-4o'] });
      new Agent(chart, 'lead', { modelAPI, model: 'gpt-4o', instructions: 'Lead.' });
    });
    const names = (objects: readonly { metadata: { name: string } }[] = []) =>
      objects.map(({ metadata }) => metadata.name).sort();
    expect(names(manifests?.controllers)).toEqual(['agent-lead', 'modelapi-models']);
    expect(names(manifests?.services)).toEqual(['agent-lead', 'modelapi-models']);
    expect(names(manifests?.configMaps)).toEqual(['agent-lead-config', 'litellm-config-models']);
  });

  test('an ExternalName Service has no ports, and empty documents no object', () => {
    write(
      'one',
      '---\n---\nkind: Service\nmetadata: { name: far }\nspec: { externalName: example.com }\n---\n',
    );
    expect(readManifests(directory, ['one'])[0]?.services).toEqual([
      { metadata: { name: 'far', labels: {} }, spec: { selector: {}, ports: [] } },
    ]);
  });
});

describe('a file', () => {
  const fileOf = (chart: string) => join(directory, `${chart}.k8s.yaml`);

  test('fails when it is no file', () => {
    mkdirSync(fileOf('one'));
    expect(() => readManifests(directory, ['one'])).toThrow(
      expect.objectContaining({ message: `${fileOf('one')} cannot be read (EISDIR); synthesize it again` }),
    );
  });

  test.each([
    ['it holds text', 'hello', ': Invalid input: expected object, received string; synthesize it again'],
    [
      'an object has no name',
      'kind: Service\nmetadata: {}',
      ': metadata.name: Invalid input: expected string, received undefined; synthesize it again',
    ],
    [
      'a port is no number',
      'kind: Service\nmetadata: { name: a }\nspec: { ports: [{ port: http }] }',
      ': Service "a": spec.ports.0.port: Invalid input: expected number, received string; synthesize it again',
    ],
  ])('fails when %s', (_what, text, message) => {
    write('one', text);
    expect(() => readManifests(directory, ['one'])).toThrow(new Error(fileOf('one') + message));
  });
});
