import { type IConstruct } from 'constructs';
import { fail } from './fail';

/** Agents and MCP servers: `runtime/Dockerfile` of this version. */
export const RUNTIME_IMAGE = 'cdk8s-kaos/runtime:0.1.0';
/** LiteLLM proxy of the line with long-term support. */
export const LITELLM_IMAGE = 'ghcr.io/berriai/litellm-non_root:v1.108.14';
/** Collector, in the distribution made for Kubernetes. */
export const COLLECTOR_IMAGE =
  'ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-k8s:0.159.0';

/** What an image reference that always means the same image ends with: a tag, a digest or both. */
const PINNED = /(:(?!latest$)[\w][\w.-]*|@sha256:[0-9a-f]{64})$/;

/** The image, once it is certain that it cannot change under a running system. */
export function pinned(scope: IConstruct, image: string): string {
  if (!PINNED.test(image)) {
    fail(scope, `image is "${image}"`, 'give a tag other than latest, or a digest');
  }
  return image;
}
