import { readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import { groupOf, title } from './objects';
import { KUBERNETES_SCHEMA } from './shared-files';
import { type Manifest } from './synth';

/** Part of a JSON schema, as far as it is looked at here. */
export interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  [keyword: string]: unknown;
}

const OPEN = 'x-kubernetes-preserve-unknown-fields';

const QUANTITY = /^[+-]?(\d+(\.\d*)?|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

let loaded: ReturnType<typeof load> | undefined;

/**
 * Checks objects of Kubernetes' own API groups against the schema of 1.28.0, and takes no field that it does not
 * know. Kinds of other groups are not its matter; a kind that its groups do not have is a problem.
 */
export function kubernetesSchemaProblems(objects: readonly Manifest[]): string[] {
  loaded ??= load();
  const { validatorOf, groups } = loaded;
  return objects.flatMap((object) => {
    const validate = validatorOf(object);
    if (validate)
      return validate(object) ? [] : (validate.errors ?? []).map((error) => describe(object, error));
    return groups.has(groupOf(object))
      ? [`${title(object)}: there is no ${object.kind} in ${object.apiVersion}`]
      : [];
  });
}

/** Whether the API of an object is part of Kubernetes itself. */
export function isKubernetesOwn(object: Manifest): boolean {
  loaded ??= load();
  return loaded.groups.has(groupOf(object));
}

/** How reports put what AJV found. */
export function describe(object: Manifest, { instancePath, message, params }: ErrorObject): string {
  const detail = 'additionalProperty' in params ? ` (${params.additionalProperty})` : '';
  return `${title(object)}: ${instancePath || '/'} ${message}${detail}`;
}

/** AJV that knows the formats of Kubernetes' schemas. */
export function kubernetesAjv(): Ajv {
  return new Ajv({
    allErrors: true,
    strict: false,
    useDefaults: true,
    code: { regExp: goExpression },
    formats: {
      int32: { type: 'number', validate: (value: number) => Math.abs(value) <= 2 ** 31 },
      int64: { type: 'number', validate: Number.isSafeInteger },
      double: true,
      byte: /^[A-Za-z0-9+/]*={0,2}$/,
      'date-time': RFC_3339,
      duration: true,
      uri: true,
      hostname: true,
      ipv4: isIPv4,
      ipv6: isIPv6,
    },
  });
}

/** Makes a schema refuse what it does not know, wherever it knows anything; alternatives only say more of what is known. */
export function closeObjects(schema: Schema): void {
  const { properties, items, additionalProperties } = schema;
  if (properties && additionalProperties === undefined && schema[OPEN] !== true)
    schema.additionalProperties = false;
  const inner = [...Object.values(properties ?? {}), items, additionalProperties];
  inner.forEach((part) => typeof part === 'object' && closeObjects(part));
}

/** Go lets an expression say within itself that case does not matter; JavaScript takes that as a flag. */
function goExpression(pattern: string, flags: string): RegExp {
  return new RegExp(pattern.replace('(?i)', ''), pattern.includes('(?i)') ? `${flags}i` : flags);
}
goExpression.code = 'goExpression';

/** The definitions of Kubernetes, closed, and with what they leave open of quantities, times and ports. */
export function kubernetesDefinitions(): Record<string, Schema> {
  const { definitions } = JSON.parse(readFileSync(KUBERNETES_SCHEMA, 'utf8'));
  Object.values<Schema>(definitions).forEach(closeObjects);
  Object.assign(definitions, {
    'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: ['string', 'number'], pattern: QUANTITY.source },
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: ['integer', 'string'] },
    'io.k8s.apimachinery.pkg.apis.meta.v1.Time': { type: 'string', format: 'date-time' },
  });
  return definitions;
}

function load(): { validatorOf: (object: Manifest) => ValidateFunction | undefined; groups: Set<string> } {
  const definitions = kubernetesDefinitions();
  const ajv = kubernetesAjv().addSchema({ $id: 'kubernetes', definitions });

  const kinds = new Map<string, string>();
  const groups = new Set<string>();
  for (const [name, definition] of Object.entries<Schema>(definitions)) {
    const named = (definition['x-kubernetes-group-version-kind'] ?? []) as {
      group: string;
      version: string;
      kind: string;
    }[];
    for (const { group, version, kind } of named) {
      kinds.set(`${group ? `${group}/` : ''}${version} ${kind}`, name);
      groups.add(group);
    }
  }
  return {
    groups,
    validatorOf: ({ apiVersion, kind }) => {
      const name = kinds.get(`${apiVersion} ${kind}`);
      return name === undefined ? undefined : ajv.getSchema(`kubernetes#/definitions/${name}`);
    },
  };
}
