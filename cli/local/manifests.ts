import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { UserError } from './errors';

const SUFFIX = '.k8s.yaml';

/** The objects of one synthesized chart that `kaos up` makes use of. */
export interface Manifests {
  readonly chart: string;
  readonly deployments: readonly Deployment[];
  readonly services: readonly Service[];
  readonly configMaps: readonly ConfigMap[];
}

/**
 * Reads a chart from the synthesized manifests.
 *
 * @param chart its id; may be left out where there is only one
 * @throws UserError when the chart is not there or cannot be read
 */
export function readManifests(directory: string, chart: string | undefined): Manifests {
  const name = chooseChart(directory, chart);
  const file = join(directory, name + SUFFIX);
  const objects = parseFile(file);
  const ofKind = <T>(kind: string, schema: z.ZodType<T>) =>
    objects
      .filter((object) => object.kind === kind)
      .map((object) => parseObject(schema, object, `${file}: ${kind} "${object.metadata.name}"`));
  return {
    chart: name,
    deployments: ofKind('Deployment', deployment),
    services: ofKind('Service', service),
    configMaps: ofKind('ConfigMap', configMap),
  };
}

function chooseChart(directory: string, chart: string | undefined): string {
  const charts = listCharts(directory);
  const known = charts.join(', ');
  if (charts.length === 0) {
    throw new UserError(`${directory} has no synthesized chart; run \`cdk8s synth\` first`);
  }
  if (chart !== undefined && !charts.includes(chart)) {
    throw new UserError(`there is no chart "${chart}" in ${directory}; it has: ${known}`);
  }
  if (chart === undefined && charts.length > 1) {
    throw new UserError(`${directory} has several charts; name one of: ${known}`);
  }
  return chart ?? (charts[0] as string);
}

function listCharts(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .sort();
  } catch {
    return [];
  }
}

function parseFile(file: string): Identified[] {
  return [...parseAllDocuments(read(file))].flatMap((document) => {
    const problem = document.errors[0];
    if (problem) throw new UserError(`${file} is not valid YAML: ${problem.message}; synthesize it again`);
    const object: unknown = document.toJS();
    return object === null ? [] : [parseObject(identified, object, file)];
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    throw new UserError(`${file} cannot be read (${reason}); synthesize it again`, { cause: error });
  }
}

function parseObject<T>(schema: z.ZodType<T>, object: unknown, where: string): T {
  const parsed = schema.safeParse(object);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.length ? `${where}: ${issue.path.join('.')}` : where;
  throw new UserError(`${path}: ${issue?.message}; synthesize it again`);
}

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
});

const identified = z.looseObject({ kind: z.string(), metadata });
type Identified = z.infer<typeof identified>;

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

const probe = z.object({
  httpGet: z.object({ path: z.string().default('/'), port: z.union([z.number(), z.string()]) }).optional(),
});

const container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(envEntry).default([]),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number() })).default([]),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]),
  readinessProbe: probe.optional(),
});
export type Container = z.infer<typeof container>;

const volume = z.object({
  name: z.string(),
  configMap: z.object({ name: z.string() }).optional(),
  emptyDir: z.object({}).optional(),
});

const deployment = z.object({
  metadata,
  spec: z.object({
    template: z.object({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }),
      spec: z.object({ containers: z.array(container).min(1), volumes: z.array(volume).default([]) }),
    }),
  }),
});
export type Deployment = z.infer<typeof deployment>;

const service = z.object({
  metadata,
  spec: z.object({
    selector: z.record(z.string(), z.string()).default({}),
    // An ExternalName has none.
    ports: z
      .array(z.object({ port: z.number(), targetPort: z.union([z.number(), z.string()]).optional() }))
      .default([]),
  }),
});
export type Service = z.infer<typeof service>;

const configMap = z.object({ metadata, data: z.record(z.string(), z.string()).default({}) });
export type ConfigMap = z.infer<typeof configMap>;
