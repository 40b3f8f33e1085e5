import { UserError } from './errors';
import { type Manifests } from './manifests';
import { addressesAt, chartsText, hostsOf, isAmong, type Plan } from './plan';
import { type Workload } from './workload';

/**
 * Finds a call to a Service that does not run here but should: of another chart, or one that the charts themselves
 * should have and have not, as when a file was cut short.
 *
 * @param others the charts that were not asked for, read only where a Service is missing
 * @throws UserError naming the workload, the address and what to do
 */
export function checkReferences(plan: Plan, others: () => readonly Manifests[]): void {
  const namespaces = new Set(plan.workloads.map(({ namespace }) => namespace));
  for (const workload of plan.workloads) {
    // What a collector sends on to is not called here.
    if (workload.role === 'otel-collector') continue;
    for (const { url, where } of urlsOf(workload)) {
      const host = new URL(url).hostname;
      const [, namespace = '', kind] = host.split('.');
      if (kind !== 'svc' || addressesAt(plan, host).length > 0) continue;
      const call = `${workload.title} calls ${url} (${where}), which is`;
      const owner = others().find(({ services }) =>
        services.some((service) => isAmong(hostsOf(service), host)),
      );
      if (owner) {
        const together = [...plan.charts, owner.chart].join(' ');
        throw new UserError(`${call} a Service of chart ${owner.chart}; run them together: ${together}`);
      }
      if (namespaces.has(namespace)) {
        throw new UserError(`${call} no Service of ${chartsText(plan)}; synthesize it again`);
      }
    }
  }
}

interface Call {
  readonly url: string;
  /** Where it is said. */
  readonly where: string;
}

/** Addresses in variables, and those of a gateway's upstreams, which are in a file. Other files are prose or code. */
function urlsOf({ role, container, mounts }: Workload): Call[] {
  const inEnv = container.env.map(({ name, value = '' }) => ({ url: value, where: name }));
  const files = mounts.flatMap(({ content }) => (content.kind === 'files' ? [...content.files] : []));
  const inFiles = files.flatMap(([file, text]) =>
    [...text.matchAll(/\bapi_base: *["']?(https?:\/\/[^\s"']+)/g)].map(([, url = '']) => ({
      url,
      where: file,
    })),
  );
  return [...inEnv, ...(role === 'modelapi' ? inFiles : [])].filter(({ url }) => URL.canParse(url));
}
