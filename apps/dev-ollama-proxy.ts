import { Chart } from 'cdk8s';
import { type Construct } from 'constructs';
import { Agent, Egress, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from '../constructs';

/** The network in which Docker Desktop reaches the machine that it runs on. */
const DOCKER_DESKTOP = '192.168.65.0/24';
const OLLAMA_PORT = 11434;

/** An agent of a cluster on a laptop, with the models of the Ollama beside that cluster. KAOS's fourth sample. */
export class DevOllamaProxy extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'kaos-dev' });

    new TelemetryStack(this, 'telemetry', { exporters: [OtlpExporter.signoz()] });
    const modelAPI = ModelAPI.proxy(this, 'dev-ollama-proxy', {
      apiBase: `http://host.docker.internal:${OLLAMA_PORT}`,
      models: ['*'],
      // By its name the host looks like any of the internet, where it is not.
      apiBaseEgress: Egress.toCidr(DOCKER_DESKTOP, OLLAMA_PORT),
    });
    const echo = new MCPServer(this, 'dev-echo', { tools: Tools.fromModule('apps/tools/echo.ts') });
    new Agent(this, 'dev-agent', {
      ...{ modelAPI, model: 'ollama/smollm2:135m', mcpServers: [echo], maxSteps: 5 },
      description: 'Agent for trying things out with a model of this machine',
      instructions: `You help somebody who is trying out agents.
Use the echo tool when you are asked to repeat or look up something, and say what you did.
`,
    });
  }
}
