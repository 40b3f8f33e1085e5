import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConfigMap, type VolumeMount, type Volume } from '../../../cli/local/objects';
import { noSecrets } from '../../../cli/local/secrets';
import { agentContainer, directory, local, useDirectory } from './localized';
import { type Given, deployment, planOf } from './small-chart';

useDirectory();

const texts: ConfigMap = {
  metadata: { name: 'texts', namespace: 'tests', labels: {} },
  data: { 'a.txt': 'A', 'b.txt': 'B' },
};
const foreign = { metadata: { ...texts.metadata, namespace: 'other' }, data: { 'a.txt': 'not this' } };

function planWith(mount: Omit<VolumeMount, 'name'>, volume: object | undefined, more: Given = {}) {
  const volumeMounts = [{ name: 'it', ...mount }];
  const volumes = volume ? [{ name: 'it', ...volume } as Volume] : [];
  const lead = deployment('agent', 'lead', {
    ...more,
    container: { ...agentContainer(), volumeMounts, env: [{ name: 'AT', value: mount.mountPath }] },
    volumes,
  });
  return planOf([lead], [], [foreign, texts]);
}

/** Where the container finds its mount here. */
function mounted(mount: Omit<VolumeMount, 'name'>, volume?: object, more: Given = {}, secrets = noSecrets) {
  return String(local(planWith(mount, volume, more), 'lead', secrets).env.AT);
}

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

describe('a ConfigMap', () => {
  test('is mounted as a directory, from its own namespace', () => {
    const at = mounted({ mountPath: '/etc/kaos/' }, { configMap: { name: 'texts' } });
    expect(at).toBe(join(directory, 'tests/agent-lead/etc/kaos/'));
    expect([read(at, 'a.txt'), read(at, 'b.txt')]).toEqual(['A', 'B']);
  });

  test('may be mounted in part: a key, some keys, a directory of them', () => {
    const items = [{ key: 'b.txt', path: 'deep/b' }];
    const single = { mountPath: '/etc/one.txt', subPath: 'a.txt' };
    expect(read(mounted(single, { configMap: { name: 'texts' } }))).toBe('A');
    expect(read(mounted({ mountPath: '/etc' }, { configMap: { name: 'texts', items } }), 'deep/b')).toBe('B');
    const below = { mountPath: '/etc/x', subPath: 'deep' };
    expect(read(mounted(below, { configMap: { name: 'texts', items } }), 'b')).toBe('B');
  });

  test('may be missing when it is optional', () => {
    const at = mounted({ mountPath: '/etc' }, { configMap: { name: 'none', optional: true } });
    expect(statSync(at).isDirectory()).toBe(true);
  });
});

describe('a Secret', () => {
  const volume = { secret: { secretName: 'keys', items: [{ key: 'k', path: 'key' }] } };

  test('is mounted as files that only their owner reads, whatever addresses they hold', () => {
    const value = 'http://agent-lead:8000';
    const at = mounted({ mountPath: '/secrets' }, volume, {}, new Map([['keys', new Map([['k', value]])]]));
    expect(read(at, 'key')).toBe(value);
    expect(statSync(join(at, 'key')).mode & 0o777).toBe(0o600);
  });

  test('may be mounted as a single file', () => {
    expect(read(mounted({ mountPath: '/secrets/key', subPath: 'key' }, volume))).toBe(
      'sk-not-on-this-machine',
    );
  });
});

test.each<[string, object | undefined, Given]>([
  ['an emptyDir', { emptyDir: { sizeLimit: '1Gi' } }, {}],
  ['a claim', { persistentVolumeClaim: { claimName: 'data' } }, {}],
  [
    'a claim template',
    undefined,
    { kind: 'StatefulSet', spec: { volumeClaimTemplates: [{ metadata: { name: 'it' } }] } },
  ],
])('%s is an empty directory that can be written to', (_what, volume, more) => {
  const at = mounted({ mountPath: '/data', subPath: 'part' }, volume, more);
  writeFileSync(join(at, 'note'), 'kept');
  expect(read(at, 'note')).toBe('kept');
});

describe('a workload', () => {
  test.each<[string, object | undefined, string]>([
    [
      'its ConfigMap is not there',
      { configMap: { name: 'none' } },
      'mounts ConfigMap "none", which is not there; add it to the chart',
    ],
    [
      'its ConfigMap lacks a key',
      { configMap: { name: 'texts', items: [{ key: 'c', path: 'c' }] } },
      'mounts key "c" of ConfigMap "texts", which does not have it; add it there',
    ],
    [
      'a volume is of another kind',
      { hostPath: { path: '/' } },
      'mounts volume "it" of kind hostPath, which is not known on this machine; ' +
        'mount a ConfigMap, a Secret, an emptyDir or a persistentVolumeClaim',
    ],
    ['it has no such volume', undefined, 'mounts volume "it", which it does not have; synthesize it again'],
  ])('fails when %s', (_when, volume, problem) => {
    expect(() => planWith({ mountPath: '/etc' }, volume)).toThrow(
      new Error(`chart small: Deployment "agent-lead" ${problem}`),
    );
  });
});
