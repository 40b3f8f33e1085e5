import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { rulesBroken } from './cel-rules';
import { closeObjects, describe, isKubernetesOwn, kubernetesAjv, type Schema } from './kubernetes-schema';
import { repeated, title } from './objects';
import { CRD_DIRECTORY } from './shared-files';
import { type Manifest } from './synth';

/** What a definition says of one served version of its kind. */
export interface CustomKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: Schema;
}

interface Definition extends CustomKind {
  /** Compiled when a resource of its kind is first seen: some are large. */
  validate?: ValidateFunction;
}

let loaded: Map<string, Definition> | undefined;

/**
 * Checks custom resources as an API server does: against the schema of their definition, which then fills in defaults,
 * and against its CEL rules. A resource without a definition is a problem, and so is a field without a schema.
 */
export function crdSchemaProblems(objects: readonly Manifest[]): string[] {
  loaded ??= new Map(customKinds().map((custom) => [`${custom.apiVersion} ${custom.kind}`, custom]));
  const kinds = loaded;
  return objects
    .filter((object) => !isKubernetesOwn(object))
    .flatMap((object) => {
      const custom = kinds.get(`${object.apiVersion} ${object.kind}`);
      if (!custom) return [`${title(object)}: nothing defines ${object.kind} of ${object.apiVersion}`];
      const withDefaults = structuredClone(object);
      const validate = (custom.validate ??= compile(custom.schema));
      if (!validate(withDefaults)) {
        return (validate.errors ?? []).map((error) => describe(object, error));
      }
      return [...repeatedItems(custom.schema, withDefaults), ...rulesBroken(custom.schema, withDefaults)].map(
        (problem) => `${title(object)}: ${problem}`,
      );
    });
}

/** Every kind that the definitions beside the repository serve, one for each version. */
export function customKinds(): CustomKind[] {
  return readdirSync(CRD_DIRECTORY)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => parse(readFileSync(join(CRD_DIRECTORY, file), 'utf8')))
    .flatMap(({ spec: { group, names, versions } }) =>
      versions
        .filter(({ served }: { served: boolean }) => served)
        .map(({ name, schema }: { name: string; schema: { openAPIV3Schema: Schema } }) => ({
          apiVersion: `${group}/${name}`,
          kind: names.kind,
          schema: schema.openAPIV3Schema,
        })),
    );
}

function compile(original: Schema): ValidateFunction {
  const schema = structuredClone(original);
  makeJsonSchema(schema);
  closeObjects(schema);
  return kubernetesAjv().compile(schema);
}

/** What OpenAPI and Kubernetes add to JSON Schema, put in its words. */
export function makeJsonSchema(schema: Schema): void {
  if (schema['x-kubernetes-int-or-string']) {
    schema.type = ['integer', 'string'];
    delete schema.anyOf;
  }
  if (schema.nullable) schema.type = [schema.type, 'null'].flat();
  for (const part of [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties]) {
    if (typeof part === 'object') makeJsonSchema(part);
  }
}

/** Lists that are sets or maps by their schema, and have an item twice. */
function repeatedItems(schema: Schema, value: Manifest, path = ''): string[] {
  if (Array.isArray(value)) {
    const keys = schema['x-kubernetes-list-map-keys'] as string[] | undefined;
    const isUnique = keys !== undefined || schema['x-kubernetes-list-type'] === 'set';
    const identities = value.map((item) =>
      JSON.stringify(keys ? keys.map((key) => item[key] ?? null) : item),
    );
    const items = schema.items;
    return [
      ...(isUnique ? repeated(identities).map((identity) => `${path} has ${identity} twice`) : []),
      ...(items ? value.flatMap((item, index) => repeatedItems(items, item, `${path}/${index}`)) : []),
    ];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) =>
    repeatedItems(inner, value[key], `${path}/${key}`),
  );
}
