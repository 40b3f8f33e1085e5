import { type IConstruct } from 'constructs';
import { clusterOf, digestOf } from './cluster';
import { fail } from './fail';

/**
 * Agents and MCP servers: `runtime/Dockerfile` of this version. Everybody builds it, and `localhost` is no registry, so
 * nobody else can give it out under this name.
 */
export const RUNTIME_IMAGE = 'localhost/cdk8s-kaos/runtime:0.1.0';
/** MCP servers whose tools are Python: `runtime/python/Dockerfile` of this version. */
export const PYTHON_RUNTIME_IMAGE = 'localhost/cdk8s-kaos/python-runtime:0.1.0';
/** LiteLLM proxy of the line with long-term support. */
export const LITELLM_IMAGE = 'ghcr.io/berriai/litellm-non_root:v1.108.14';
/** Ollama, with the libraries of NVIDIA's GPUs. */
export const OLLAMA_IMAGE = 'ollama/ollama:0.35.1';
/** Collector, in the distribution made for Kubernetes. */
export const COLLECTOR_IMAGE =
  'ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-k8s:0.159.0';

/** MCP server for Kubernetes. */
export const KUBERNETES_MCP_IMAGE = 'quay.io/containers/kubernetes_mcp_server:v0.0.67';
/** MCP server for Slack. */
export const SLACK_MCP_IMAGE = 'zencoderai/slack-mcp:1.0.0';

/** The image of our own processes, as far as the cluster's settings do not name another. */
export function runtimeImage(scope: IConstruct): string {
  return clusterOf(scope).runtimeImage ?? RUNTIME_IMAGE;
}

/** The image of tools in Python, as far as the cluster's settings do not name another. */
export function pythonRuntimeImage(scope: IConstruct): string {
  return clusterOf(scope).pythonRuntimeImage ?? PYTHON_RUNTIME_IMAGE;
}

/** An image reference: registry, path in lower case, tag and digest. */
const REFERENCE =
  /^([-a-z0-9.]+(:\d{1,5})?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:\w[-\w.]{0,127})?(@sha256:[0-9a-f]{64})?$/;

/** What an image reference that always means the same image ends with: a tag, a digest or both. */
const PINNED = /(:(?!latest$)[\w][\w.-]*|@sha256:[0-9a-f]{64})$/;

/**
 * The image as a manifest names it: certain not to change under a running system, with the digest that the cluster's
 * settings have for it, and from the registry that they name.
 */
export function resolveImage(scope: IConstruct, image: string): string {
  if (!REFERENCE.test(image)) {
    fail(scope, `image is "${image}"`, 'give a name such as example.com/team/image:1.0');
  } else if (!PINNED.test(image)) {
    fail(scope, `image is "${image}"`, 'give a tag other than latest, or a digest');
  }
  const { imageRegistry, requireDigests } = clusterOf(scope);
  const digest = image.includes('@') ? undefined : digestOf(scope, image);
  if (requireDigests && digest === undefined && !image.includes('@')) {
    fail(
      scope,
      `image is "${image}"`,
      'give its digest in imageDigests of the cluster, which requires digests',
    );
  }
  const complete = digest ? `${image}@${digest}` : image;
  return imageRegistry ? `${imageRegistry}/${withoutRegistry(complete)}` : complete;
}

/** The first part of a name is a registry when it could not be a part of a repository's path. */
function withoutRegistry(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isRegistry ? rest.join('/') : image;
}
