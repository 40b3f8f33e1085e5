import { Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { Agent, Egress, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from '../constructs';

/** The team's own server for its ticket system: described once, used wherever somebody has a token for it. */
const tickets = Tools.define({
  image: 'registry.example.com/ops/tickets-mcp:2.3.1',
  args: ['--http', ':8080'],
  port: 8080,
  probe: '/healthz',
  env: { TICKETS_TOKEN: 'secret', TICKETS_PROJECT: 'text', TICKETS_URL: 'text?' },
  egress: [Egress.toInternet()],
  telemetry: true,
  toolNames: ['find_tickets', 'comment_on_ticket'],
  local: { command: ['tickets-mcp', '--http', '127.0.0.1:$PORT'] },
});

/** Somebody on call who looks into the cluster, changes nothing there, and writes down what was found. */
export class Ops extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'ops' });

    new TelemetryStack(this, 'telemetry', { exporters: [OtlpExporter.signoz()] });
    const keys = Secret.fromSecretName(this, 'keys', 'ops-keys');
    const modelAPI = ModelAPI.proxy(this, 'models', {
      provider: 'openai',
      models: ['gpt-4o'],
      apiKey: { secret: keys, key: 'openai' },
    });
    const cluster = new MCPServer(this, 'cluster', {
      tools: Tools.kubernetes({
        resources: ['pods', 'pods/log', 'events', 'services', 'deployments.apps', 'jobs.batch'],
        namespaces: ['shop', 'payments'],
      }),
    });
    const tracker = new MCPServer(this, 'tickets', {
      tools: tickets({ TICKETS_TOKEN: { secret: keys, key: 'tickets' }, TICKETS_PROJECT: 'OPS' }),
    });
    new Agent(this, 'on-call', {
      ...{ modelAPI, model: 'gpt-4o', mcpServers: [cluster, tracker], maxSteps: 10 },
      description: 'Somebody on call who finds out why a service does not work',
      instructions: `You are on call for a shop and its payments.
Look at pods, their events and logs before you say what is wrong, and quote what you saw.
You cannot change anything in the cluster. Write down on the ticket what you found and what you would do.
`,
    });
  }
}
