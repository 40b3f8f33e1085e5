import { Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { type Construct } from 'constructs';
import { Agent, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from '../constructs';

/** A supervisor over two team leads over three workers. KAOS's third sample. */
export class Hierarchical extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'kaos-hierarchy' });

    // Chart research is in this namespace too, so the names of what both have say whose they are.
    new TelemetryStack(this, 'hierarchy-telemetry', { exporters: [OtlpExporter.signoz()] });

    const modelAPI = ModelAPI.proxy(this, 'hierarchy-modelapi', {
      provider: 'nebius',
      models: ['*'],
      apiKey: { secret: Secret.fromSecretName(this, 'key', 'nebius-secrets'), key: 'api-key' },
    });
    const model = 'deepseek-ai/DeepSeek-V3-0324-fast';
    const echo = new MCPServer(this, 'hierarchy-echo', { tools: Tools.fromModule('apps/tools/echo.ts') });
    const calculator = new MCPServer(this, 'hierarchy-calculator', {
      tools: Tools.fromModule('apps/tools/calculator.ts'),
    });

    const researchers = [1, 2].map(
      (number) =>
        new Agent(this, `researcher-${number}`, {
          ...{ modelAPI, model, mcpServers: [echo], maxSteps: 3 },
          description: `Researcher ${number} of the research team`,
          instructions: `You are researcher ${number} of a research team.
Look up what you are asked about before you answer, and report what you found to your lead.
`,
        }),
    );
    const analyst = new Agent(this, 'analyst-1', {
      ...{ modelAPI, model, mcpServers: [calculator], maxSteps: 3 },
      description: 'Analyst who calculates',
      instructions: `You are an analyst.
Leave every calculation to the calculator, and report its results to your lead with what they mean.
`,
    });
    const researchLead = new Agent(this, 'research-lead', {
      ...{ modelAPI, model, mcpServers: [echo], subAgents: researchers, maxSteps: 5 },
      description: 'Lead of the research team',
      instructions: `You lead a team of two researchers.
Give each of them a part of the question, compare what they report, and pass on what holds.
`,
    });
    const analysisLead = new Agent(this, 'analysis-lead', {
      ...{ modelAPI, model, mcpServers: [calculator], subAgents: [analyst], maxSteps: 5 },
      description: 'Lead of the analysis team',
      instructions: `You lead the analysis of figures.
Let your analyst work them out, check the result with the calculator, and pass on both.
`,
    });
    new Agent(this, 'supervisor', {
      ...{ modelAPI, model, mcpServers: [echo], subAgents: [researchLead, analysisLead], maxSteps: 10 },
      description: 'Supervisor of a research and an analysis team',
      instructions: `You supervise two teams.
Give facts to find to the lead of research and figures to the lead of analysis, and answer from what they report.
`,
    });
  }
}
