import { type SecretValue } from 'cdk8s-plus-28';
import { type IConstruct } from 'constructs';
import { Egress } from '../egress';
import { fail } from '../fail';
import { given, isSecretValue } from '../given';
import { SLACK_MCP_IMAGE } from '../images';
import { foreignEnvironment, foreignPod } from './foreign-pod';
import { type ServerPod, type ToolSource } from './tool-source';

const PORT = 8000;

/** Tools of the server for Slack. */
export type SlackTool =
  | 'slack_list_channels'
  | 'slack_post_message'
  | 'slack_reply_to_thread'
  | 'slack_add_reaction'
  | 'slack_get_channel_history'
  | 'slack_get_thread_replies'
  | 'slack_get_users'
  | 'slack_get_user_profile';

/** A workspace of Slack, and who agents are in it. */
export interface SlackToolsProps {
  /** Token of the bot, `xoxb-…`: what it may do in Slack, agents may. */
  readonly botToken: SecretValue;
  /** The workspace, such as `T0123456789`. */
  readonly teamId: string;
  /**
   * Channels that are listed, such as `C0123456789`.
   * @default - all public ones, and those that the bot is in
   */
  readonly channelIds?: readonly string[];
  /** Key that callers show the server, which makes up one that nobody knows where it is given none. */
  readonly authToken: SecretValue;
}

/** Tools for Slack: the server that Zencoder keeps of the one that MCP's reference servers had. */
export class SlackSource implements ToolSource {
  readonly #props: SlackToolsProps;

  constructor(props: SlackToolsProps) {
    this.#props = props;
  }

  podOf(scope: IConstruct): ServerPod {
    const { botToken, authToken, channelIds = [] } = this.#props;
    const teamId = given(scope, 'teamId', this.#props.teamId, 'text', () => 'T0');
    checkId(scope, 'teamId', teamId, /^[TE][A-Z0-9]+$/, 'T0123456789');
    channelIds.forEach((id) => checkId(scope, 'channelIds', id, /^[CDG][A-Z0-9]+$/, 'C0123456789'));
    for (const [name, value] of Object.entries({ botToken, authToken }))
      if (!isSecretValue(value)) fail(scope, `${name} is missing or no SecretValue`, 'give a SecretValue');
    const texts = {
      SLACK_TEAM_ID: teamId,
      ...(channelIds.length > 0 && { SLACK_CHANNEL_IDS: channelIds.join(',') }),
    };
    const secrets = {
      ...(isSecretValue(botToken) && { SLACK_BOT_TOKEN: botToken }),
      ...(isSecretValue(authToken) && { AUTH_TOKEN: authToken }),
    };
    const environment = foreignEnvironment(scope, texts, secrets);
    return { ...foreignPod(scope, SERVER, () => environment), callerKey: authToken };
  }
}

const SERVER = {
  image: SLACK_MCP_IMAGE,
  // Of its program: the image has an entrypoint.
  args: ['--transport', 'http', '--port', String(PORT)],
  port: PORT,
  egress: [Egress.toInternet()],
};

function checkId(scope: IConstruct, of: string, id: unknown, pattern: RegExp, example: string): void {
  if (typeof id !== 'string' || !pattern.test(id))
    fail(scope, `${of} has "${String(id)}"`, `give an id such as ${example}`);
}
