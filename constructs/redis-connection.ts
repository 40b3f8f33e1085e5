import { type SecretValue } from 'cdk8s-plus-28';
import { Egress } from './egress';
import { isPort } from './numbers';

/** Where a Redis server is. */
export interface RedisConnectionProps {
  /** Name or address, such as `redis.data.svc.cluster.local`. */
  readonly host: string;
  /**
   * Port of the server, 1 to 65535.
   * @default 6379
   */
  readonly port?: number;
  /**
   * Password, in a Secret that exists beside the manifests.
   * @default - none: the server asks for none
   */
  readonly password?: SecretValue;
  /**
   * Whether to speak TLS.
   * @default false
   */
  readonly tls?: boolean;
  /**
   * Where its pods or addresses are, for the firewall.
   * @default - what the host says: the Service's namespace, the IP address, or else the public internet on the port
   */
  readonly egress?: Egress;
}

/** A Redis server, version 7 or later, that somebody else runs. */
export class RedisConnection {
  readonly host: string;
  readonly port: number;
  readonly password: SecretValue | undefined;
  readonly tls: boolean;
  /** The way to the server through the firewall. */
  readonly egress: Egress;

  constructor({ host, port = DEFAULT_PORT, password, tls = false, egress }: RedisConnectionProps) {
    this.host = host;
    this.port = port;
    this.password = password;
    this.tls = tls;
    this.egress = egress ?? Egress.toHost(host, isPort(port) ? port : DEFAULT_PORT);
  }

  /** What is wrong with host and port, as problem and fix. */
  get problems(): readonly (readonly [problem: string, fix: string])[] {
    return [
      ...(HOST.test(this.host)
        ? []
        : [
            [
              `the host of redis is "${this.host}"`,
              'give a name or an address, without scheme or port',
            ] as const,
          ]),
      ...(isPort(this.port)
        ? []
        : [[`the port of redis is ${this.port}`, 'give a whole number, 1 to 65535'] as const]),
    ];
  }
}

const DEFAULT_PORT = 6379;
/** DNS names, IPv4 addresses, and IPv6 addresses as they are. */
const HOST = /^([a-z0-9_]([-a-z0-9_]*[a-z0-9])?(\.[a-z0-9_]([-a-z0-9_]*[a-z0-9])?)*|[0-9a-f]*:[0-9a-f:.]+)$/i;
