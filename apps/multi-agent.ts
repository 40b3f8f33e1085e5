import { Chart } from 'cdk8s';
import { type Construct } from 'constructs';
import { Agent, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from '../constructs';
import lock from '../tools.lock.json';

/**
 * A coordinator and two workers that share a tool server and a hosted model. KAOS's second sample. The tools are locked:
 * once they say something else, the agents are offered none.
 */
export class MultiAgent extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'kaos-multi' });

    new TelemetryStack(this, 'telemetry', { exporters: [OtlpExporter.signoz()] });
    const modelAPI = ModelAPI.hosted(this, 'multi-modelapi', { models: ['smollm2:135m'] });
    const model = 'smollm2:135m';
    const tools = Tools.fromModule('apps/tools/echo.ts').locked(lock.servers['multi-agent/multi-echo']);
    const echo = new MCPServer(this, 'multi-echo', { tools });

    const generalist = new Agent(this, 'worker-1', {
      ...{ modelAPI, model, mcpServers: [echo], maxSteps: 5 },
      description: 'Worker for tasks of any kind',
      instructions: `You carry out the tasks that a coordinator gives you.
Use the echo tool where a task needs it, and report what came of it in plain words.
`,
    });
    const specialist = new Agent(this, 'worker-2', {
      ...{ modelAPI, model, mcpServers: [echo], maxSteps: 5 },
      description: 'Worker for tasks that need a closer look',
      instructions: `You carry out the tasks of a coordinator that need care.
Use the echo tool where a task needs it, and report every detail that matters.
`,
    });
    new Agent(this, 'coordinator', {
      ...{ modelAPI, model, mcpServers: [echo], subAgents: [generalist, specialist], maxSteps: 10 },
      description: 'Coordinator of two workers',
      instructions: `You coordinate two workers.
Give everyday tasks to worker-1 and tasks that need a closer look to worker-2, then sum up what they report.
`,
    });
  }
}
