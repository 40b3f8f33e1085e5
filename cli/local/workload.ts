import {
  ConfigError,
  LOCAL_COMMAND_ANNOTATION,
  type LocalCommand,
  localCommandFromText,
} from '../../runtime/contract';
import { UserError } from './errors';
import { type Mount, mountsOf } from './mounts';
import { type ConfigMap, type Container, type Controller, type KeyRef, namespaceOf } from './objects';

/** What a workload is, by its label `app`. */
export const ROLES = ['agent', 'mcpserver', 'modelapi', 'otel-collector'] as const;
export type Role = (typeof ROLES)[number];

/** A workload of a chart, as it would run in a cluster. */
export interface Workload {
  /** Its name within its role, for example the agent's. */
  readonly name: string;
  /** What messages call it: its name, or its object's where another workload could be meant. */
  readonly title: string;
  readonly role: Role;
  readonly chart: string;
  readonly namespace: string;
  readonly replicas: number;
  readonly container: Container;
  /** What runs it here, where its image is not ours. */
  readonly localCommand?: LocalCommand;
  readonly mounts: readonly Mount[];
  /** What the keys of ConfigMaps hold that its variables come from. */
  readonly configValue: (ref: KeyRef) => string | undefined;
}

/**
 * Pure: a Deployment or StatefulSet -> the workload that it is.
 *
 * @throws UserError when it is none that could run here
 */
export function toWorkload(
  controller: Controller,
  chart: string,
  configMaps: readonly ConfigMap[],
): Workload {
  const { labels, name: objectName } = controller.metadata;
  const where = `chart ${chart}: ${controller.kind} "${objectName}"`;
  const role = ROLES.find((candidate) => candidate === labels.app);
  const name = role && labels[role];
  if (!name) {
    throw new UserError(
      `${where} has labels by which it cannot be told what it is; ` +
        `its label "app" must be one of ${ROLES.join(', ')}, beside one of that name`,
    );
  }
  const namespace = namespaceOf(controller);
  return {
    name,
    title: name,
    role,
    chart,
    namespace,
    replicas: controller.spec.replicas,
    container: onlyContainer(controller, where),
    localCommand: localCommandOf(controller, where),
    mounts: mountsOf(controller, configMaps, where),
    configValue: (ref) =>
      configMaps.find(
        (candidate) => candidate.metadata.name === ref.name && namespaceOf(candidate) === namespace,
      )?.data[ref.key],
  };
}

function localCommandOf({ metadata }: Controller, where: string): LocalCommand | undefined {
  const text = metadata.annotations?.[LOCAL_COMMAND_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    return localCommandFromText(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UserError(`${where}: ${error.message}`, { cause: error });
  }
}

/** One process stands for one container; what else a pod needs would be missing without a word. */
function onlyContainer({ spec }: Controller, where: string): Container {
  const { initContainers, containers } = spec.template.spec;
  const [container, ...others] = containers;
  const [other] = [
    ...initContainers.map(({ name }) => `init container "${name}"`),
    ...others.map(({ name }) => `another container "${name}"`),
  ];
  if (container && other === undefined) return container;
  throw new UserError(
    `${where} has ${other}, and on this machine each pod is one process; leave it out of the chart`,
  );
}
