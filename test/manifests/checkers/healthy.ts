import { type Manifest } from '../../support/synth';

/** A small app in which no check finds anything: two workloads, one of which calls the other. */
export function healthy(): Manifest[] {
  return [
    ...workload('caller', { egress: [{ to: [peer('callee')], ports: [{ port: 8000, protocol: 'TCP' }] }] }),
    ...workload('callee', {
      ingress: [{ from: [peer('caller')], ports: [{ port: 8000, protocol: 'TCP' }] }],
    }),
  ];
}

/** The app with one object changed; the change is what a check must see. */
export function broken(kind: string, change: (object: Manifest) => void, name = 'caller'): Manifest[] {
  const objects = healthy();
  const object = objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (!object) throw new Error(`there is no ${kind} "${name}"`);
  change(object);
  return objects;
}

/** The app with more in it. */
export function withMore(...objects: readonly Manifest[]): Manifest[] {
  return [...healthy(), ...objects];
}

/** The pod of a workload, where a change reaches it. */
export function podOf(deployment: Manifest): Manifest {
  return deployment.spec.template.spec;
}

/** The container of a workload, where a change reaches it. */
export function containerOf(deployment: Manifest): Manifest {
  return podOf(deployment).containers[0];
}

function peer(name: string): Manifest {
  return { podSelector: { matchLabels: { app: name } } };
}

function workload(name: string, rules: Manifest): Manifest[] {
  const metadata = { name, namespace: 'tests', labels: { app: name } };
  const spec = { podSelector: { matchLabels: { app: name } }, policyTypes: ['Ingress', 'Egress'], ...rules };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'config.yaml': 'a: 1' } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: deploymentSpec(name) },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: 'ClusterIP',
        selector: { app: name },
        ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' }],
      },
    },
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec },
  ].map((object) => structuredClone(object));
}

function deploymentSpec(name: string): Manifest {
  const probe = (path: string) => ({ httpGet: { path, port: 'http' }, periodSeconds: 5, timeoutSeconds: 3 });
  const identity = { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532 };
  const seccompProfile = { type: 'RuntimeDefault' };
  return {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { ...identity, fsGroup: 65532, seccompProfile },
        containers: [
          {
            name: 'main',
            image: 'example.com/main:1.2.3',
            env: [
              { name: 'GREETING', value: 'hello' },
              { name: 'KEY', valueFrom: { secretKeyRef: { name: 'key', key: 'api-key' } } },
            ],
            ports: [{ name: 'http', containerPort: 8000, protocol: 'TCP' }],
            startupProbe: probe('/health'),
            livenessProbe: probe('/health'),
            readinessProbe: probe('/ready'),
            resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
            securityContext: {
              ...identity,
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
              seccompProfile,
            },
            volumeMounts: [
              { name: 'config', mountPath: '/etc/config', readOnly: true },
              { name: 'tmp', mountPath: '/tmp' },
            ],
          },
        ],
        volumes: [
          { name: 'config', configMap: { name } },
          { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
        ],
      },
    },
  };
}
