import { type k8s } from 'cdk8s-plus-28';
import { isDnsLabel } from './dns-names';
import { isCidr } from './workload/ip-address';

/** Label that every namespace has its own name under. */
export const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

/** Who may call a workload from outside the graph of an app. */
export class Callers {
  /** Everybody, from inside the cluster and outside of it. */
  static anywhere(): Callers {
    return new Callers(undefined, undefined);
  }

  /** Pods of a namespace: all of them, or those with the labels. */
  static inNamespace(namespace: string, podLabels?: Readonly<Record<string, string>>): Callers {
    return new Callers(
      {
        namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } },
        ...(podLabels && { podSelector: { matchLabels: { ...podLabels } } }),
      },
      isDnsLabel(namespace) ? undefined : `callers come from the namespace "${namespace}"`,
    );
  }

  /** Addresses, such as `10.0.0.0/8`. */
  static fromCidr(cidr: string): Callers {
    return new Callers({ ipBlock: { cidr } }, isCidr(cidr) ? undefined : `callers come from "${cidr}"`);
  }

  private constructor(
    /** How a NetworkPolicy selects them; undefined for everybody. */
    readonly peer: k8s.NetworkPolicyPeer | undefined,
    /** What is wrong with what was given. */
    readonly problem: string | undefined,
  ) {}
}
