import { Chart } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { mcpPagesToEnv } from '../../runtime/contract';
import { type Exposure } from '../exposure';
import { isHostname } from '../exposure/hostnames';
import { fail } from '../fail';
import { serviceHost } from '../names';
import { checkOrigins } from '../origins';
import { type Workload } from '../workload/workload';

/** Who may call a server from a browser, and by which names anybody may. */
export interface PageProps {
  /**
   * Origins whose pages may call it from a browser, such as `https://chat.example.com`.
   * @default - none but its own
   */
  readonly allowedOrigins?: readonly string[];
  /**
   * More names by which it may be called, such as `tools.example.com` or `*.example.com`: what stands in front of it
   * and is not said by `expose` may pass on a name of its own.
   * @default - those of its Service and of `expose`; any, when either cannot be known here
   */
  readonly allowedHosts?: readonly string[];
}

/** Variables that tell the process. */
export function pagesEnv(
  server: IConstruct,
  workload: Workload,
  { allowedOrigins, allowedHosts = [], expose }: PageProps & { readonly expose?: Exposure },
): Record<string, string> {
  const own = ownHosts(server, workload.name);
  const exposed = expose ? expose.hostnames : [];
  const hosts = own && exposed && [...new Set([...own, ...exposed, ...allowedHosts])];
  return mcpPagesToEnv({ allowedHosts: hosts, allowedOrigins });
}

/** The names of a Service; undefined when its namespace is not known. */
function ownHosts(server: IConstruct, service: string): string[] | undefined {
  const { namespace } = Chart.of(server);
  if (!namespace) return undefined;
  const names = [service, `${service}.${namespace}`, `${service}.${namespace}.svc`];
  return [...names, serviceHost(server, service)];
}

/** Reports origins and names that the process would not take. */
export function checkPages(server: IConstruct, props: PageProps, looksAtPages: boolean): void {
  const { allowedOrigins = [], allowedHosts = [] } = props;
  checkOrigins(server, allowedOrigins);
  allowedHosts
    .filter((host) => !isHostname(host))
    .forEach((host) => fail(server, `allowedHosts has "${host}"`, 'give a name such as tools.example.com'));
  if (!looksAtPages && allowedOrigins.length + allowedHosts.length > 0) {
    fail(
      server,
      'allowedOrigins or allowedHosts are given',
      'leave them out: the process of these tools is not ours and knows them not',
    );
  }
}
