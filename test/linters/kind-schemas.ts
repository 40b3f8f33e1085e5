import { customKinds, makeJsonSchema } from '../support/crd-schema';
import { closeObjects, kubernetesDefinitions, type Schema } from '../support/kubernetes-schema';

/** Where definitions refer to each other. */
const REFERENCE = /"#\/definitions\/([^"]+)"/g;

/** One self-contained strict schema for each kind, under the file name by which kubeconform looks for it. */
export function kindSchemas(): Map<string, Schema> {
  const definitions = kubernetesDefinitions();
  const builtIn = Object.values(definitions).flatMap((definition) =>
    kindsOf(definition)
      // Others are requests and lists, which nobody has in a file.
      .filter(() => definition.properties?.metadata?.$ref === OBJECT_META)
      .map(({ group, version, kind }): [string, Schema] => [
        fileName(kind, group, version),
        { ...definition, definitions: neededBy(definition, definitions) },
      ]),
  );
  const custom = customKinds().map(({ apiVersion, kind, schema }): [string, Schema] => {
    const [group = '', version = ''] = apiVersion.split('/');
    const strict = structuredClone(schema);
    makeJsonSchema(strict);
    closeObjects(strict);
    return [fileName(kind, group, version), strict];
  });
  return new Map([...builtIn, ...custom]);
}

const OBJECT_META = '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

function fileName(kind: string, group: string, version: string): string {
  const [first] = group.split('.');
  return `${[kind.toLowerCase(), ...(first ? [first] : []), version].join('-')}.json`;
}

function kindsOf(definition: Schema): { group: string; version: string; kind: string }[] {
  return (definition['x-kubernetes-group-version-kind'] ?? []) as {
    group: string;
    version: string;
    kind: string;
  }[];
}

/** The definitions that one refers to, however far away. */
function neededBy(definition: Schema, all: Record<string, Schema>): Record<string, Schema> {
  const needed: Record<string, Schema> = {};
  const visit = (schema: Schema): void => {
    for (const [, name = ''] of JSON.stringify(schema).matchAll(REFERENCE)) {
      const found = all[name];
      if (!found || needed[name]) continue;
      needed[name] = found;
      visit(found);
    }
  };
  visit(definition);
  return needed;
}
