import { containersOf, podTemplates, title } from '../objects';
import { amountOf } from '../quantity';
import { type Manifest } from '../synth';

/** Resources that cannot be had: no quantities, or limits below what is requested. */
export function quantityProblems(objects: readonly Manifest[]): string[] {
  return podTemplates(objects).flatMap((pod) => {
    const claims: Manifest[] = pod.owner.spec?.volumeClaimTemplates ?? [];
    const volumes: Manifest[] = pod.spec.volumes ?? [];
    const problems = [
      ...containersOf(pod).flatMap(({ name, resources = {} }) => resourceProblems(name, resources)),
      ...volumes.flatMap(({ name, emptyDir }) =>
        emptyDir?.sizeLimit === undefined ? [] : positive(`the size of volume ${name}`, emptyDir.sizeLimit),
      ),
      ...claims.flatMap(({ metadata, spec }) =>
        positive(`the size of volume ${metadata.name}`, spec?.resources?.requests?.storage ?? ''),
      ),
    ];
    return problems.map((problem) => `${title(pod.owner)}: ${problem}`);
  });
}

function resourceProblems(container: string, { requests = {}, limits = {} }: Manifest): string[] {
  const stated = [...Object.entries<string>(requests), ...Object.entries<string>(limits)];
  return [
    ...stated.flatMap(([resource, quantity]) => positive(`${resource} of ${container}`, quantity)),
    ...Object.entries<string>(limits)
      .filter(([resource, limit]) => Number(amountOf(limit)) < Number(amountOf(requests[resource] ?? '')))
      .map(
        ([resource, limit]) =>
          `${container} may use ${limit} of ${resource}, less than the ${requests[resource]} that it requests`,
      ),
  ];
}

function positive(what: string, quantity: string): string[] {
  const amount = amountOf(quantity);
  return amount !== undefined && amount > 0 ? [] : [`${what} is "${quantity}"`];
}
