import { type SecretValue } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { CARD_PATH, type PeerProtocol } from '../../runtime/contract';
import { type IAgent } from '../agent';
import { Egress } from '../egress';
import { fail } from '../fail';
import { nameOf } from '../names';
import { refuseSecrets } from '../refuse-secrets';
import { given, givenProps, givenSecret } from '../given';

/** An agent that somebody else runs. */
export interface ExternalAgentProps {
  /** Base URL, without path or trailing slash. */
  readonly url: string;
  /**
   * How it is spoken to: `a2a` has a card that says where it takes messages as JSON-RPC, `openai` knows chat completions
   * alone, `kaos` is another of ours, with a card and chat completions.
   * @default 'a2a'
   */
  readonly protocol?: PeerProtocol;
  /**
   * What it is good at, for the agents that delegate to it; an agent with a card says it itself.
   * @default - its card's; without a card, its name alone is known
   */
  readonly description?: string;
  /**
   * Model that an agent of the protocol `openai` is asked for.
   * @default - its name
   */
  readonly model?: string;
  /**
   * Key that callers show as a bearer token, in a Secret beside each of them.
   * @default - none: it asks for none
   */
  readonly apiKey?: SecretValue;
  /**
   * Where it is, for the firewall.
   * @default - what the URL says, see `Egress.toUrl`
   */
  readonly egress?: Egress;
}

/** An agent that somebody else runs; nothing is rendered for it. */
export class ExternalAgent extends Construct implements IAgent {
  readonly name: string;
  readonly url: string;
  readonly cardUrl: string;
  readonly key: SecretValue | undefined;
  readonly endpoint: Egress;
  readonly subAgents = [];
  readonly protocol: PeerProtocol;
  readonly description: string | undefined;
  readonly model: string | undefined;

  constructor(scope: Construct, id: string, all: ExternalAgentProps) {
    super(scope, id);
    const said = givenProps(this, all);
    const props: ExternalAgentProps = {
      ...said,
      url: given(this, 'url', said.url, 'text', () => 'http://nowhere'),
      apiKey: givenSecret(this, 'apiKey', said.apiKey),
    };
    this.name = nameOf(this);
    this.url = props.url.replace(/\/+$/, '');
    this.cardUrl = `${this.url}${CARD_PATH}`;
    this.key = props.apiKey;
    this.endpoint = props.egress ?? Egress.toOwnedUrl(props.url);
    this.protocol = props.protocol ?? 'a2a';
    this.description = props.description;
    this.model = props.model;
    refuseSecrets(this, props);
    if (!URL.canParse(props.url) || !/^https?:/.test(props.url)) {
      fail(this, `url is "${props.url}"`, 'give an http or https URL');
    }
    if (this.protocol !== 'openai' && (props.model !== undefined || props.description !== undefined)) {
      fail(
        this,
        `model or description is given beside protocol "${this.protocol}"`,
        'leave it out: its card tells',
      );
    }
  }
}
