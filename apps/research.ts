import { Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import {
  Agent,
  Callers,
  Exposure,
  MCPServer,
  ModelAPI,
  OtlpExporter,
  TelemetryStack,
  Tools,
} from '../constructs';

/** A coordinator that leaves research to one agent and analysis to another. */
export class Research extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'kaos-hierarchy' });

    new TelemetryStack(this, 'telemetry', { exporters: [OtlpExporter.signoz()] });

    const llm = ModelAPI.proxy(this, 'llm-proxy', {
      provider: 'openai',
      models: ['gpt-4o', 'gpt-4o-mini'],
      apiKey: { secret: Secret.fromSecretName(this, 'key', 'llm-api-key'), key: 'api-key' },
    });
    const search = new MCPServer(this, 'echo-search', { tools: Tools.fromModule('apps/tools/echo.ts') });
    const calculator = new MCPServer(this, 'calculator', {
      tools: Tools.fromModule('apps/tools/calculator.ts'),
    });

    const researcher = new Agent(this, 'researcher', {
      modelAPI: llm,
      model: 'gpt-4o',
      mcpServers: [search],
      description: 'Research specialist with web search capabilities',
      instructions: `You are a research specialist.
Search before you answer, and base every statement on what the search returned.
Say so when it returned nothing of use. Answer with your findings in detail.
`,
    });
    const analyst = new Agent(this, 'analyst', {
      modelAPI: llm,
      model: 'gpt-4o',
      mcpServers: [calculator],
      description: 'Data analyst who calculates and interprets figures',
      instructions: `You are a data analyst.
Use the calculator for every calculation, however small; never calculate in your head.
Answer with the result, how you came to it and what it means.
`,
    });
    new Agent(this, 'coordinator', {
      modelAPI: llm,
      model: 'gpt-4o',
      subAgents: [researcher, analyst],
      expose: Exposure.ingress({
        host: 'research.example.com',
        ingressClassName: 'nginx',
        callers: Callers.inNamespace('ingress-nginx'),
      }),
      description: 'Coordinator who answers questions with a research specialist and a data analyst',
      instructions: `You coordinate a research specialist and a data analyst.
Break the question down, and delegate: research to the researcher, anything with figures to the analyst.
Give each a task that can be understood on its own, for they see neither this conversation nor each other.
Then combine what they report into one answer.
`,
    });
  }
}
