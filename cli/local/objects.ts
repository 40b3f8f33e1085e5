import { z } from 'zod';

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).optional(),
});

/** Any object of a manifest. */
export const identified = z.looseObject({ kind: z.string(), metadata });
export type Identified = z.infer<typeof identified>;

const keyRef = z.object({ name: z.string(), key: z.string(), optional: z.boolean().optional() });
export type KeyRef = z.infer<typeof keyRef>;

const envEntry = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .object({
      secretKeyRef: keyRef.optional(),
      configMapKeyRef: keyRef.optional(),
      fieldRef: z.object({ fieldPath: z.string() }).optional(),
    })
    .optional(),
});
export type EnvEntry = z.infer<typeof envEntry>;

const portRef = z.union([z.number(), z.string()]);

const probe = z.object({
  httpGet: z.object({ path: z.string().default('/'), port: portRef }).optional(),
  tcpSocket: z.object({ port: portRef }).optional(),
});

const volumeMount = z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().optional() });
export type VolumeMount = z.infer<typeof volumeMount>;

const container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(envEntry).default([]),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number() })).default([]),
  volumeMounts: z.array(volumeMount).default([]),
  readinessProbe: probe.optional(),
});
export type Container = z.infer<typeof container>;

const item = z.object({ key: z.string(), path: z.string() });
export type Item = z.infer<typeof item>;
const projection = { items: z.array(item).optional(), optional: z.boolean().optional() };

const volume = z.looseObject({
  name: z.string(),
  configMap: z.object({ name: z.string(), ...projection }).optional(),
  secret: z.object({ secretName: z.string(), ...projection }).optional(),
  emptyDir: z.object({}).optional(),
  persistentVolumeClaim: z.object({}).optional(),
});
export type Volume = z.infer<typeof volume>;

const named = z.object({ name: z.string() });

/** A Deployment or a StatefulSet: both keep pods running, and one of them is a process here. */
export const controller = z.object({
  kind: z.enum(['Deployment', 'StatefulSet']),
  metadata,
  spec: z.object({
    replicas: z.number().default(1),
    template: z.object({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }),
      spec: z.object({
        initContainers: z.array(named).default([]),
        containers: z.array(container).min(1),
        volumes: z.array(volume).default([]),
      }),
    }),
    volumeClaimTemplates: z.array(z.object({ metadata: named })).default([]),
  }),
});
export type Controller = z.infer<typeof controller>;

export const service = z.object({
  metadata,
  spec: z.object({
    selector: z.record(z.string(), z.string()).default({}),
    /** `None` makes it headless: its name leads to the pods themselves. */
    clusterIP: z.string().optional(),
    // An ExternalName has none.
    ports: z.array(z.object({ port: z.number(), targetPort: portRef.optional() })).default([]),
  }),
});
export type Service = z.infer<typeof service>;

export const configMap = z.object({ metadata, data: z.record(z.string(), z.string()).default({}) });
export type ConfigMap = z.infer<typeof configMap>;

/** As where manifests are applied and nothing else is said. */
export function namespaceOf({ metadata: { namespace } }: Pick<Identified, 'metadata'>): string {
  return namespace ?? 'default';
}
