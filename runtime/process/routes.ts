import { type FastifyInstance } from 'fastify';

/** What a server can be asked. It sees the routes that are added after it. */
export class Routes {
  private readonly routes: { readonly path: RegExp; readonly method: string }[] = [];

  constructor(server: FastifyInstance) {
    server.addHook('onRoute', ({ url, method }) => {
      const path = new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')}$`);
      for (const each of [method].flat()) this.routes.push({ path, method: each });
    });
  }

  /** The methods that a path knows; none when there is no such path. */
  methodsOf(path: string): string[] {
    const known = this.routes.filter((route) => route.path.test(path)).map(({ method }) => method);
    return [...new Set(known)].sort();
  }
}
