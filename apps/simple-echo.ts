import { Chart } from 'cdk8s';
import { type Construct } from 'constructs';
import { Agent, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from '../constructs';

/** One agent with one tool and a model that the cluster hosts itself: no key anywhere. KAOS's first sample. */
export class SimpleEcho extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'kaos-simple' });

    new TelemetryStack(this, 'telemetry', { exporters: [OtlpExporter.signoz()] });
    const modelAPI = ModelAPI.hosted(this, 'simple-modelapi', { models: ['smollm2:135m'] });
    const echo = new MCPServer(this, 'simple-echo', { tools: Tools.fromModule('apps/tools/echo.ts') });
    new Agent(this, 'simple-agent', {
      ...{ modelAPI, model: 'smollm2:135m', mcpServers: [echo], maxSteps: 5 },
      description: 'Agent that echoes what it is told',
      instructions: `You have one tool, which gives back what it is given.
Use it when you are asked to repeat or look up something, and answer in a sentence or two.
`,
    });
  }
}
