import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { type Manifest } from './synth';

const CRDS = join(__dirname, '../../imports/crds');
const validators = new Map<string, ValidateFunction>();

/** What the definition of its kind finds wrong with a custom resource; fields that it does not know are wrong. */
export function schemaErrors(manifest: Manifest, file: string): string[] {
  const validate = validators.get(file) ?? compile(file);
  validators.set(file, validate);
  const { apiVersion, kind, metadata: _, ...rest } = manifest;
  if (validate({ apiVersion, kind, metadata: {}, ...rest })) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function compile(file: string): ValidateFunction {
  const { spec } = parse(readFileSync(join(CRDS, `${file}.yaml`), 'utf8'));
  const { name, schema } = spec.versions.find(({ storage }: { storage: boolean }) => storage);
  const { properties } = schema.openAPIV3Schema;
  properties.apiVersion.const = `${spec.group}/${name}`;
  properties.kind.const = spec.names.kind;
  return new Ajv({
    strict: false,
    logger: false,
    formats: { int32: true, int64: true, 'date-time': true },
  }).compile(closed(schema.openAPIV3Schema));
}

/** An API server drops fields that are not in the schema, or refuses them. */
function closed(schema: Manifest): Manifest {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return inner.type === 'object' && inner.properties && !inner['x-kubernetes-preserve-unknown-fields']
    ? { additionalProperties: false, ...inner }
    : inner;
}
