import { type Construct } from 'constructs';
import {
  HttpRoute,
  HttpRouteSpecRulesFiltersRequestRedirectScheme as Scheme,
  HttpRouteSpecRulesFiltersRequestRedirectStatusCode as StatusCode,
  HttpRouteSpecRulesFiltersType as FilterType,
  HttpRouteSpecRulesMatchesPathType as MatchType,
} from '../../imports/gateway.networking.k8s.io';
import { checkLength } from '../names';
import { type GatewayReference } from './http-gateway';

/** Renders the HTTPRoute `<gateway>-redirect`, by which a listener sends everybody to HTTPS. */
export function addHttpsRedirect(
  scope: Construct,
  id: string,
  { name, namespace, listener }: GatewayReference,
  metadata: { readonly labels: Record<string, string>; readonly annotations: Record<string, string> },
): void {
  new HttpRoute(scope, id, {
    metadata: { ...metadata, name: checkLength(scope, `${name}-redirect`) },
    spec: {
      parentRefs: [
        { group: 'gateway.networking.k8s.io', kind: 'Gateway', name, namespace, sectionName: listener },
      ],
      rules: [
        {
          matches: [{ path: { type: MatchType.PATH_PREFIX, value: '/' } }],
          filters: [
            {
              type: FilterType.REQUEST_REDIRECT,
              requestRedirect: { scheme: Scheme.HTTPS, statusCode: StatusCode.VALUE_301 },
            },
          ],
        },
      ],
    },
  });
}
