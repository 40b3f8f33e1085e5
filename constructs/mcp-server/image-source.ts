import { type SecretValue } from 'cdk8s-plus-28';
import { type IConstruct } from 'constructs';
import { foreignEnvironment, foreignPod, type ForeignServerProps } from './foreign-pod';
import { type ServerPod, type ToolSource } from './tool-source';

/** An MCP server of your own, or of anybody else. */
export interface ImageToolsProps extends ForeignServerProps {
  /**
   * Variables with values that anybody may see.
   * @default - none
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Variables with values of Secrets.
   * @default - none
   */
  readonly secrets?: Readonly<Record<string, SecretValue>>;
}

/** Tools of an image that speaks MCP over streamable HTTP. */
export class ImageSource implements ToolSource {
  readonly #props: ImageToolsProps;

  constructor(props: ImageToolsProps) {
    this.#props = props;
  }

  podOf(scope: IConstruct): ServerPod {
    const { env, secrets } = this.#props;
    const environment = foreignEnvironment(scope, env, secrets);
    return foreignPod(scope, this.#props, () => environment);
  }
}
