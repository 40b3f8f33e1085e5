import { type k8s } from 'cdk8s-plus-28';

const SECCOMP: k8s.SeccompProfile = { type: 'RuntimeDefault' };

/** Pod half of the restricted Pod Security Standard. */
export function podSecurity(user: number): k8s.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: SECCOMP,
  };
}

/** Container half; it repeats the pod's, because some admission policies read containers alone. */
export function containerSecurity(user: number): k8s.SecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: SECCOMP,
  };
}
