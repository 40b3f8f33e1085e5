import { Chart } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { clusterOf } from './cluster';
import { isDnsLabel, LABEL_FIX } from './dns-names';
import { fail } from './fail';

/** Limit of a Service name and of a label value. */
const NAME_LENGTH = 63;
/** What a Service name may be made of, and so every id that becomes part of one. */
const NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** The id of a construct, once it is certain that objects can be called by it. */
export function nameOf(construct: IConstruct): string {
  const { id } = construct.node;
  checkNamespace(construct);
  if (!NAME.test(id)) {
    const allowed = 'lower-case letters, digits and "-", a letter first and no "-" last';
    fail(construct, `the id "${id}" cannot be part of an object's name`, `use ${allowed}`);
  }
  return id;
}

/** The charts whose namespace has been looked at: it is reported once, however much is in it. */
const checked = new WeakSet<IConstruct>();

function checkNamespace(construct: IConstruct): void {
  const chart = construct.node.scopes.find((scope) => Chart.isChart(scope));
  if (!(chart instanceof Chart) || checked.has(chart)) return;
  checked.add(chart);
  const { namespace } = chart;
  if (namespace !== undefined && !isDnsLabel(namespace))
    fail(chart, `the namespace of the chart is "${namespace}"`, LABEL_FIX);
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
  return namespace ? `${serviceName}.${namespace}.svc.${clusterOf(scope).domain}` : serviceName;
}
