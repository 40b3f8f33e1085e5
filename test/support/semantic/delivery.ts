import { groupOf, namespaceOf, ofKind, title } from '../objects';
import { type Manifest } from '../synth';

/** Applications of Argo CD that their project does not permit what they are to apply. */
export function deliveryProblems(objects: readonly Manifest[]): string[] {
  return ofKind(objects, 'Application').flatMap((application) =>
    applicationProblems(application, objects).map((problem) => `${title(application)}: ${problem}`),
  );
}

function applicationProblems({ metadata, spec }: Manifest, objects: readonly Manifest[]): string[] {
  if (spec.project === 'default') return [];
  const project = ofKind(objects, 'AppProject').find(
    (one) => one.metadata.name === spec.project && namespaceOf(one) === metadata.namespace,
  );
  if (!project) return [`there is no project ${spec.project}`];
  const { sourceRepos = [], destinations = [], namespaceResourceWhitelist = [] } = project.spec;
  const { namespace } = spec.destination;
  const kinds = objects.filter((object) => namespaceOf(object) === namespace).map(kindOf);
  const permitted = namespaceResourceWhitelist.map((one: Manifest) => `${one.group}/${one.kind}`);
  return [
    ...(sourceRepos.includes(spec.source?.repoURL) ? [] : ['its project does not permit its repository']),
    ...(destinations.some((one: Manifest) => one.namespace === namespace)
      ? []
      : [`its project does not permit namespace ${namespace}`]),
    ...[...new Set(kinds)]
      .filter((kind) => !permitted.includes(kind))
      .map((kind) => `its project does not permit ${kind} in namespace ${namespace}`),
  ];
}

function kindOf(object: Manifest): string {
  return `${groupOf(object)}/${object.kind}`;
}
