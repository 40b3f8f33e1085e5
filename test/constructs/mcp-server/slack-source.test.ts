import { Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { MCPServer, type SlackToolsProps, Tools } from '../../../constructs';
import { find, problemsOf, synth } from '../../support/synth';

function slack(scope: Construct, props: Partial<SlackToolsProps> = {}): MCPServer {
  const secret = Secret.fromSecretName(scope, 'keys', 'slack');
  const [botToken, authToken] = ['bot-token', 'auth-token'].map((key) => ({ secret, key }));
  const tools = Tools.slack({
    botToken: botToken as NonNullable<typeof botToken>,
    authToken: authToken as NonNullable<typeof authToken>,
    ...{ teamId: 'T0123456789', ...props },
  });
  return new MCPServer(scope, 'slack', { tools });
}

test("it is given its program's arguments, and keeps the image's entrypoint", () => {
  const manifests = synth((scope) => slack(scope, { channelIds: ['C01', 'C02'] }));
  const [container] = find(manifests, 'Deployment', 'mcpserver-slack').spec.template.spec.containers;
  expect(container).toMatchObject({
    image: 'zencoderai/slack-mcp:1.0.0',
    args: ['--transport', 'http', '--port', '8000'],
    readinessProbe: { tcpSocket: { port: 'http' } },
  });
  expect(container).not.toHaveProperty('command');
  const key = (name: string) => ({ secretKeyRef: { name: 'slack', key: name } });
  expect(container.env).toEqual([
    { name: 'SLACK_TEAM_ID', value: 'T0123456789' },
    { name: 'SLACK_CHANNEL_IDS', value: 'C01,C02' },
    { name: 'SLACK_BOT_TOKEN', valueFrom: key('bot-token') },
    { name: 'AUTH_TOKEN', valueFrom: key('auth-token') },
  ]);
});

test('of all that is outside it reaches the internet, on port 443', () => {
  const { egress } = find(synth(slack), 'NetworkPolicy', 'mcpserver-slack').spec;
  const outside = egress.filter((rule: object) => JSON.stringify(rule).includes('ipBlock'));
  expect(outside).toMatchObject([
    { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 443, protocol: 'TCP' }] },
  ]);
});

test('it says which key its callers have to show', () => {
  synth((scope) => {
    expect(slack(scope).key).toMatchObject({ key: 'auth-token' });
  });
});

test.each<[string, Partial<Record<keyof SlackToolsProps, unknown>>, string]>([
  ['the workspace is none', { teamId: 'example' }, 'teamId has "example"; give an id such as T0123456789'],
  ['the workspace is missing', { teamId: undefined }, 'teamId is missing; give a text'],
  [
    'a channel is a name',
    { channelIds: ['#general'] },
    'channelIds has "#general"; give an id such as C0123456789',
  ],
  [
    'a token is a text',
    { botToken: 'not-shown' },
    'botToken is missing or no SecretValue; give a SecretValue',
  ],
  [
    'a key is missing',
    { authToken: undefined },
    'authToken is missing or no SecretValue; give a SecretValue',
  ],
])('fails when %s', (_, props, problem) => {
  expect(problemsOf((scope) => slack(scope, props as Partial<SlackToolsProps>))).toEqual([
    `[research/slack] ${problem}`,
  ]);
});
