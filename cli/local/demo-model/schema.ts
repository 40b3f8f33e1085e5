/** A part of a JSON schema. Anything may be missing or odd: tools come from anywhere. */
export type Schema = Readonly<Record<string, unknown>>;

export function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}

/**
 * One schema in place of `$ref` and `allOf`, which asks for all that they ask for. A reference that is being
 * expanded already, in a schema that contains itself, stands for an empty object.
 */
export function resolved(stated: Schema, root: Schema, outer: readonly string[]) {
  const expanding = [...outer];
  const waiting = [stated];
  let schema: Schema = {};
  for (let part = waiting.shift(); part; part = waiting.shift()) {
    const { $ref, allOf, ...own } = part;
    schema = merged(schema, own);
    if (Array.isArray(allOf)) waiting.push(...allOf.map(asSchema));
    if (typeof $ref !== 'string') continue;
    waiting.push(expanding.includes($ref) ? { type: 'object' } : lookUp($ref, root));
    expanding.push($ref);
  }
  return { schema, expanding };
}

/** The first type that is not null; guessed from the other keywords where none is stated. */
export function typeOf(schema: Schema): unknown {
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  const type: unknown = types.find((name) => name !== 'null') ?? types[0];
  if (type !== undefined) return type;
  if (schema.properties !== undefined || schema.required !== undefined) return 'object';
  return schema.items === undefined ? undefined : 'array';
}

function merged(all: Schema, part: Schema): Schema {
  const properties = { ...asSchema(all.properties), ...asSchema(part.properties) };
  const required = [all.required, part.required].flatMap((names) => (Array.isArray(names) ? names : []));
  const hasProperties = Object.keys(properties).length > 0;
  return { ...all, ...part, ...(hasProperties && { properties }), ...(required.length > 0 && { required }) };
}

/** What a reference within the same document, such as `#/$defs/Point`, stands for. */
function lookUp(pointer: string, root: Schema): Schema {
  const steps = pointer.split('/').slice(1);
  const target = steps.reduce<unknown>(
    (at, step) => asSchema(at)[step.replaceAll('~1', '/').replaceAll('~0', '~')],
    root,
  );
  return asSchema(target);
}
