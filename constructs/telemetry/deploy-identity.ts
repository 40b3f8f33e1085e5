import { type IConstruct } from 'constructs';
import { createHash } from 'node:crypto';
import { type Environment, toEnvVars } from '../environment';
import { byKey } from '../order';

/** What a process was deployed as. */
export interface Deployed {
  readonly image: string;
  /** What it is told, by variables and in files; undefined where that is not ours to know. */
  readonly settings?: Environment;
  /** What an agent is told to be. */
  readonly prompt?: string | undefined;
}

/**
 * Attributes of a resource by which telemetry of one deployment is told from that of the next, and is found in the
 * source. Each follows from what replaces the pod anyway.
 */
export function deployIdentity(
  workload: IConstruct,
  { image, settings, prompt }: Deployed,
): Record<string, string> {
  const version = versionOf(image);
  return {
    ...(version !== undefined && { 'service.version': version }),
    'kaos.construct.path': workload.node.path,
    ...(settings && { 'kaos.config.hash': hashOf(JSON.stringify(sorted(settings))) }),
    ...(prompt && { 'kaos.prompt.hash': hashOf(prompt) }),
  };
}

/** A Secret is told by its name: what it holds nobody here knows. */
function sorted(settings: Environment): unknown {
  return toEnvVars(Object.fromEntries(Object.entries(settings).sort(byKey)));
}

/** Enough to tell one from another, and to be read aloud. */
const HASH_CHARACTERS = 12;

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS);
}

/** The tag of an image, or the start of its digest where it has no tag. */
function versionOf(image: string): string | undefined {
  const [name = '', digest] = image.split('@');
  const tag = /:([\w.-]+)$/.exec(name)?.[1];
  return tag ?? digest?.slice(0, 'sha256:'.length + HASH_CHARACTERS);
}
