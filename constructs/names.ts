import { ApiObject, Chart } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { fail } from './fail';

/** Limit of a Service name and of a label value. */
const NAME_LENGTH = 63;
/** What a Service name may be made of, and so every id that becomes part of one. */
const NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
/** Dot-separated names, as in `cluster.local`. */
const DOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The id of a construct, once it is certain that objects can be called by it. */
export function nameOf(construct: IConstruct): string {
  const { id } = construct.node;
  if (!NAME.test(id)) {
    const allowed = 'lower-case letters, digits and "-", a letter first and no "-" last';
    fail(construct, `the id "${id}" cannot be part of an object's name`, `use ${allowed}`);
  }
  return id;
}

/** The name, once it is certain that it is not too long. */
export function checkLength(scope: IConstruct, objectName: string): string {
  const excess = objectName.length - NAME_LENGTH;
  if (excess > 0) {
    const problem = `the name "${objectName}" has ${objectName.length} characters`;
    fail(scope, problem, `Kubernetes allows ${NAME_LENGTH}, make the id ${excess} shorter`);
  }
  return objectName;
}

/** Host under which a Service of this scope is reached; without a namespace to name, its short name. */
export function serviceHost(scope: IConstruct, serviceName: string): string {
  const { namespace } = Chart.of(scope);
  return namespace ? `${serviceName}.${namespace}.svc.${clusterDomain(scope)}` : serviceName;
}

/** Reports each object below a scope that the app declares elsewhere too: on apply, the last would win in silence. */
export function duplicates(scope: IConstruct): string[] {
  const declared = objectsOf(scope.node.root);
  return objectsOf(scope).flatMap((object) => {
    const first = declared.find((other) => isSame(other, object));
    if (first === undefined || first === object) return [];
    return [
      `${describe(object)} is declared by ${first.node.path} already; give one of the two another name`,
    ];
  });
}

/** The domain is a property of the cluster, so it is said once, in the context of the app. */
function clusterDomain(scope: IConstruct): string {
  const domain: unknown = scope.node.tryGetContext('clusterDomain') ?? 'cluster.local';
  if (typeof domain !== 'string' || !DOMAIN.test(domain)) {
    fail(
      scope,
      `the context "clusterDomain" is ${JSON.stringify(domain)}`,
      'give a domain such as cluster.local',
    );
  }
  return domain;
}

function objectsOf(scope: IConstruct): ApiObject[] {
  return scope.node.findAll().filter((construct) => ApiObject.isApiObject(construct));
}

function isSame(a: ApiObject, b: ApiObject): boolean {
  return (
    a.kind === b.kind &&
    a.apiGroup === b.apiGroup &&
    a.name === b.name &&
    a.metadata.namespace === b.metadata.namespace
  );
}

function describe({ kind, name, metadata }: ApiObject): string {
  return `${kind} "${name}"${metadata.namespace ? ` in namespace "${metadata.namespace}"` : ''}`;
}
