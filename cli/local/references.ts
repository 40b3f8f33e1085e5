import { UserError } from './errors';
import { addressesAt, type Plan } from './plan';

/**
 * Finds a variable that names a Service which the chart should have and has not, as when its file was cut short.
 *
 * @throws UserError naming the workload, the variable and the address
 */
export function checkReferences(plan: Plan): void {
  const namespaces = new Set(plan.workloads.map(({ namespace }) => namespace ?? ''));
  for (const { title, container } of plan.workloads) {
    for (const { name, value = '' } of container.env) {
      const host = URL.canParse(value) ? new URL(value).hostname : '';
      const [, namespace = '', kind] = host.split('.');
      const isOfChart = kind === 'svc' && namespaces.has(namespace);
      if (!isOfChart || addressesAt(plan, host).length > 0) continue;
      throw new UserError(
        `${title} calls ${value} (${name}), which is no Service of chart ${plan.chart}; synthesize it again`,
      );
    }
  }
}
