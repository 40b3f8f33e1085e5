import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, parseAllDocuments } from 'yaml';
import { type z } from 'zod';
import { UserError } from './errors';
import {
  configMap,
  type ConfigMap,
  controller,
  type Controller,
  identified,
  type Identified,
  service,
  type Service,
} from './objects';

const SUFFIX = '.k8s.yaml';

/** The objects of one synthesized chart that `kaos up` makes use of. */
export interface Manifests {
  readonly chart: string;
  readonly controllers: readonly Controller[];
  readonly services: readonly Service[];
  readonly configMaps: readonly ConfigMap[];
  /** Everything that the chart holds. */
  readonly objects: readonly Identified[];
}

/**
 * Reads charts from the synthesized manifests.
 *
 * @param charts their ids; none are needed where there is only one
 * @throws UserError when one is not there or cannot be read
 */
export function readManifests(directory: string, charts: readonly string[]): Manifests[] {
  return chooseCharts(directory, charts).map((chart) => readChart(directory, chart));
}

/** All charts that are there but for those already read. */
export function readOthers(directory: string, known: readonly string[]): Manifests[] {
  const others = chartsIn(directory).filter((chart) => !known.includes(chart));
  return others.map((chart) => readChart(directory, chart));
}

function readChart(directory: string, chart: string): Manifests {
  const file = join(directory, chart + SUFFIX);
  const objects = parseFile(file);
  const ofKinds = <T>(schema: z.ZodType<T>, ...kinds: string[]) =>
    objects
      .filter(({ kind }) => kinds.includes(kind))
      .map((object) => parseObject(schema, object, `${file}: ${object.kind} "${object.metadata.name}"`));
  return {
    chart,
    controllers: ofKinds(controller, 'Deployment', 'StatefulSet'),
    services: ofKinds(service, 'Service'),
    configMaps: ofKinds(configMap, 'ConfigMap'),
    objects,
  };
}

function chooseCharts(directory: string, charts: readonly string[]): readonly string[] {
  const known = chartsIn(directory);
  const listed = known.join(', ');
  if (known.length === 0) {
    throw new UserError(`${directory} has no synthesized chart; run \`cdk8s synth\` first`);
  }
  const missing = charts.find((chart) => !known.includes(chart));
  if (missing !== undefined) {
    throw new UserError(`there is no chart "${missing}" in ${directory}; it has: ${listed}`);
  }
  if (charts.length > 0) return [...new Set(charts)];
  if (known.length > 1) {
    throw new UserError(`${directory} has several charts; name one, or several to run together: ${listed}`);
  }
  return known;
}

/** Ids of the charts that are there. */
export function chartsIn(directory: string): string[] {
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
  const objects = [...parseAllDocuments(read(file))].map((document) => toObject(document, file));
  return objects.filter((object) => object !== null).map((object) => parseObject(identified, object, file));
}

/** In one line: below its first, what the YAML library has to say quotes the file. */
function toObject(document: Document.Parsed, file: string): unknown {
  const [problem] = document.errors;
  if (problem) {
    const line = problem.linePos?.[0].line;
    const [first = ''] = problem.message.split('\n');
    const message = first.replace(/ at line \d+, column \d+:?$/, '').replace(/:$/, '');
    throw new UserError(
      `${file} is not valid YAML${line ? ` at line ${line}` : ''}: ${message}; synthesize it again`,
    );
  }
  try {
    return document.toJS();
  } catch (error) {
    throw new UserError(`${file} is not valid YAML: ${(error as Error).message}; synthesize it again`, {
      cause: error,
    });
  }
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
