import { Chart } from 'cdk8s';
import { type Construct } from 'constructs';
import { Agent, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from '../constructs';

/** An agent whose tools are Python: a few lines in the app, and a file beside it. */
export class PythonTools extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'kaos-python' });

    new TelemetryStack(this, 'telemetry', { exporters: [OtlpExporter.signoz()] });
    const modelAPI = ModelAPI.hosted(this, 'models', { models: ['smollm2:135m'] });
    const echo = new MCPServer(this, 'echo', {
      tools: Tools.python<'echo'>(`
        def echo(message: str) -> str:
            """Echo the provided message back."""
            return f"Echo: {message}"
      `),
    });
    const statistics = new MCPServer(this, 'statistics', {
      tools: Tools.fromPython<'summarize' | 'common_words'>('apps/tools/statistics.py'),
    });
    new Agent(this, 'analyst', {
      ...{ modelAPI, model: 'smollm2:135m', mcpServers: [echo, statistics] },
      description: 'Agent that describes numbers and texts',
      instructions: 'Use your tools to describe what you are given, and answer in a sentence or two.',
    });
  }
}
