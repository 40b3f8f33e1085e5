import { mcpServerHeaderVariable, mcpServerKeyVariable, type PeerServer } from '../../contract';
import { Secret } from '../../process/secret';

/** What an agent shows an MCP server with each message. It is read each time, so a rotated secret is used at once. */
export class MCPCredentials {
  private readonly key: Secret;
  private readonly others: readonly { readonly name: string; readonly secret: Secret }[];

  /** Whether there is nothing to show. */
  readonly areNone: boolean;

  constructor({ name, apiKey, apiKeyFile, headers = [] }: PeerServer) {
    this.areNone = apiKey === undefined && apiKeyFile === undefined && headers.length === 0;
    this.key = new Secret(mcpServerKeyVariable(name), apiKey, apiKeyFile);
    this.others = headers.map((header) => ({
      name: header.name,
      secret: new Secret(mcpServerHeaderVariable(name, header.name), header.value, header.file),
    }));
  }

  get secrets(): readonly Secret[] {
    return [this.key, ...this.others.map(({ secret }) => secret)];
  }

  /** @throws SecretError when one of them cannot be had */
  async headers(): Promise<Record<string, string>> {
    const others = await Promise.all(this.others.map(({ name, secret }) => secret.asHeader(name)));
    return Object.assign({}, ...others, await this.key.asBearer()) as Record<string, string>;
  }
}
