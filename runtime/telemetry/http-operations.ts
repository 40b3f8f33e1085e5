import { SpanKind } from '@opentelemetry/api';
import { ATTRIBUTE } from './names';
import { bounded, type Operation, serverAttributes } from './operations';

/** A request that arrives over HTTP. */
export function serveRequest(request: {
  method: string;
  route: string | undefined;
  path: string;
  scheme: string;
}) {
  const { route, path, scheme } = request;
  const method = knownMethod(request.method);
  return {
    // Paths that there are not are made up by whoever asks.
    name: route === undefined ? method : `${method} ${route}`,
    kind: SpanKind.SERVER,
    attributes: {
      [ATTRIBUTE.httpMethod]: method,
      [ATTRIBUTE.httpRoute]: route,
      [ATTRIBUTE.urlPath]: bounded(path),
      [ATTRIBUTE.urlScheme]: scheme,
    },
  } satisfies Operation;
}

/** A request that is sent over HTTP. */
export function sendRequest(method: string, url: URL): Operation {
  return {
    name: knownMethod(method),
    kind: SpanKind.CLIENT,
    attributes: {
      [ATTRIBUTE.httpMethod]: knownMethod(method),
      [ATTRIBUTE.urlFull]: bounded(`${url.origin}${url.pathname}`),
      ...serverAttributes(url),
    },
  };
}

function knownMethod(method: string): string {
  return HTTP_METHODS.includes(method) ? method : '_OTHER';
}

const HTTP_METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];
