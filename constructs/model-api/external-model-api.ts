import { type SecretValue } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { Egress } from '../egress';
import { fail } from '../fail';
import { type IModelAPI } from '../model-api';
import { refuseSecrets } from '../refuse-secrets';
import { given, givenProps, givenSecret } from '../given';

/** Where a gateway is that somebody else runs. */
export interface ModelAPIFromUrlProps<M extends string = string> {
  /** Address of an OpenAI-compatible API, with or without `/v1`. */
  readonly url: string;
  /**
   * What it serves: names, `<prefix>/*` for all names that start alike, or `*` for all. At least one.
   */
  readonly models: readonly M[];
  /**
   * Key that callers show, in a Secret that exists beside the manifests.
   * @default - it asks for none
   */
  readonly apiKey?: SecretValue;
  /**
   * Where its pods or addresses are, for the firewall.
   * @default - what the URL says: the Service's namespace, the IP address, or else the public internet on its port
   */
  readonly egress?: Egress;
}

/** A gateway to models that somebody else runs. Renders nothing. */
export class ExternalModelAPI<M extends string = string> extends Construct implements IModelAPI<M> {
  readonly url: string;
  readonly models: readonly M[];
  readonly key: SecretValue | undefined;
  readonly endpoint: Egress;

  constructor(scope: Construct, id: string, said: ModelAPIFromUrlProps<M>) {
    super(scope, id);
    const props = givenProps(this, said);
    const { egress } = props;
    const url = given(this, 'url', props.url, 'text', () => 'http://nowhere');
    const models = given(this, 'models', props.models, 'list', () => []);
    const apiKey = givenSecret(this, 'apiKey', props.apiKey);
    refuseSecrets(this, { url });
    if (!URL.canParse(url) || !/^https?:/.test(url))
      fail(this, `url is "${url}"`, 'give an http or https URL');
    if (models.length === 0) fail(this, 'models is empty', 'name at least one, or "*" for all');
    if (models.some((model) => model.trim() === '')) fail(this, 'models has an empty name', 'leave it out');
    this.url = url.replace(/\/+$/, '').replace(/\/v1$/, '');
    this.models = Object.freeze([...models]);
    this.key = apiKey;
    this.endpoint = egress ?? Egress.toOwnedUrl(url);
  }
}
