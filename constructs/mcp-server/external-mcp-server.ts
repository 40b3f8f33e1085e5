import { type SecretValue } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  isHeaderName,
  isOwnHeader,
  type LockedServer,
  MCP_PATH,
  mcpServerHeaderVariable,
} from '../../runtime/contract';
import { Egress } from '../egress';
import { fail } from '../fail';
import { given, givenProps, givenSecret } from '../given';
import { type IMCPServer } from '../mcp-server';
import { nameOf } from '../names';
import { refuseSecrets } from '../refuse-secrets';
import { checkLock } from './locked-tools';
import { checkToolNames } from './tool-names';

/**
 * A tool server that somebody else runs.
 *
 * @typeParam T names of the tools, where they are known
 */
export interface ExternalMCPServerProps<T extends string = string> {
  /** Where it speaks MCP over streamable HTTP. Without a path, `/mcp` is asked. */
  readonly url: string;
  /**
   * What it is told with each message, by the names of headers, from Secrets beside each of the agents that use it. They
   * are read when they are used, so that a rotated one works without a restart.
   * @default - none
   */
  readonly headers?: Readonly<Record<string, SecretValue>>;
  /**
   * Key that is shown it as a bearer token, in a Secret beside each of the agents that use it.
   * @default - none: it asks for none
   */
  readonly apiKey?: SecretValue;
  /**
   * Where it is, for the firewall.
   * @default - what the URL says, see `Egress.toUrl`
   */
  readonly egress?: Egress;
  /**
   * What `tools.lock.json` says of it, as `lock.servers['<chart>/<server>']`: agents are offered these tools as long as
   * they say the same, and no others. Or their names alone.
   * @default - not known: agents are offered what it offers
   */
  readonly tools?: LockedServer<T> | readonly T[];
}

/** A tool server that somebody else runs; nothing is rendered for it. */
export class ExternalMCPServer<T extends string = string> extends Construct implements IMCPServer<T> {
  readonly toolNames: readonly T[] | undefined;
  readonly lock: LockedServer<T> | undefined;
  readonly name: string;
  readonly url: string;
  readonly mcpUrl: string;
  readonly endpoint: Egress;
  readonly key: SecretValue | undefined;
  readonly headers: Readonly<Record<string, SecretValue>>;
  readonly isExternal = true;

  constructor(scope: Construct, id: string, said: ExternalMCPServerProps<T>) {
    super(scope, id);
    const props = givenProps(this, said);
    const url = given(this, 'url', props.url, 'text', () => 'http://nowhere');
    this.name = nameOf(this);
    this.url = addressOf(url).origin;
    this.mcpUrl = mcpAddress(url);
    this.key = givenSecret(this, 'apiKey', props.apiKey);
    this.headers = this.headersOf(props);
    this.endpoint = props.egress ?? Egress.toOwnedUrl(url);
    this.lock = props.tools && isLock(props.tools) ? props.tools : undefined;
    this.toolNames = props.tools && namesOf(props.tools);
    refuseSecrets(this, { url });
    this.checkUrl(url);
    checkToolNames(this, 'tools', this.toolNames);
    if (this.lock) checkLock(this, this.lock);
  }

  private checkUrl(url: string): void {
    if (!URL.canParse(url) || !/^https?:/.test(url)) {
      fail(this, `url is "${url}"`, 'give an http or https URL');
      return;
    }
    const { username, password, hash } = new URL(url);
    // With a password it is refused as what it looks like.
    if (username && !password) fail(this, 'url holds a user', 'give apiKey or headers, from a Secret');
    if (hash) fail(this, `url ends in "${hash}"`, 'leave that out');
  }

  private headersOf({ headers = {} }: ExternalMCPServerProps<T>): Record<string, SecretValue> {
    const variables = new Map<string, string>();
    const usable = Object.entries(headers).flatMap(([name, said]): [string, SecretValue][] => {
      const value = givenSecret(this, `headers.${name}`, said);
      const variable = mcpServerHeaderVariable(this.name, name);
      const other = variables.get(variable);
      variables.set(variable, name);
      if (!isHeaderName(name)) fail(this, `headers has "${name}"`, 'give names of HTTP headers');
      else if (isOwnHeader(name))
        fail(this, `headers has "${name}", which agents set themselves`, 'leave it out');
      else if (this.key && name.toLowerCase() === 'authorization')
        fail(this, `headers has "${name}" beside apiKey`, 'give one of the two');
      else if (other !== undefined)
        fail(
          this,
          `headers has "${other}" and "${name}", which share the variable ${variable}`,
          'leave one out',
        );
      return value ? [[name, value]] : [];
    });
    return Object.fromEntries(usable);
  }
}

function isLock<T extends string>(tools: LockedServer<T> | readonly T[]): tools is LockedServer<T> {
  return !Array.isArray(tools);
}

function namesOf<T extends string>(tools: LockedServer<T> | readonly T[]): T[] {
  return isLock(tools) ? (Object.keys(tools.tools) as T[]) : [...tools];
}

function addressOf(url: string): URL {
  return new URL(URL.canParse(url) ? url : 'http://nowhere');
}

/** A path stays as it stands, with a slash at its end or without. */
function mcpAddress(url: string): string {
  const address = addressOf(url);
  if (address.pathname !== '/') return url;
  address.pathname = MCP_PATH;
  return address.href;
}
