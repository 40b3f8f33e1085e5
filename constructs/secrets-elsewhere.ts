import { Chart } from 'cdk8s';
import { type ISecret, Secret } from 'cdk8s-plus-28';
import { type IConstruct } from 'constructs';
import { clusterOf } from './cluster';
import { ExternalSecret } from './external-secret';

/**
 * Reports Secrets that the app makes in another namespace or cluster than that of who uses them, where they would not be
 * found. Of one that is only named nobody knows where else there is another of that name.
 */
export function secretsElsewhere(user: IConstruct, secrets: readonly ISecret[]): string[] {
  return [...new Set(secrets)]
    .filter((secret) => isMadeHere(secret) && isElsewhere(secret, user))
    .map(
      (secret) =>
        `Secret "${secret.name}" is made by ${secret.node.path} in ${placeOf(secret)}, and used in ` +
        `${placeOf(user)}; make one there too, and use that`,
    );
}

function isMadeHere(secret: ISecret): boolean {
  return secret instanceof Secret || secret.node.scope instanceof ExternalSecret;
}

/** A chart without a namespace can be applied to that of any other. */
function isElsewhere(a: IConstruct, b: IConstruct): boolean {
  const [one, other] = [Chart.of(a).namespace, Chart.of(b).namespace];
  const isOtherNamespace = one !== undefined && other !== undefined && one !== other;
  return isOtherNamespace || clusterOf(a).name !== clusterOf(b).name;
}

function placeOf(construct: IConstruct): string {
  const { namespace } = Chart.of(construct);
  const { name } = clusterOf(construct);
  const place =
    namespace === undefined ? `chart ${Chart.of(construct).node.path}` : `namespace "${namespace}"`;
  return name === undefined ? place : `${place} of cluster "${name}"`;
}
