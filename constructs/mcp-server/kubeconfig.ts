import { stringify } from 'yaml';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const NAME = 'cluster';

/**
 * What clients of Kubernetes read in place of the pod's own settings: the same cluster and the same account, whose token
 * is read when it is used, and the namespace that is meant where none is named.
 */
export function kubeconfig(namespace: string | undefined): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: NAME,
        cluster: { server: 'https://kubernetes.default.svc', 'certificate-authority': `${ACCOUNT}/ca.crt` },
      },
    ],
    users: [{ name: NAME, user: { tokenFile: `${ACCOUNT}/token` } }],
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME, ...(namespace && { namespace }) } }],
    'current-context': NAME,
  });
}
