import { App, Chart } from 'cdk8s';
import { Agent, MCPServer, ModelAPI, OtlpExporter, TelemetryStack, Tools } from '../../constructs';

/** Agents that share a tool server; the first of them delegates to the others. */
const TEAM = 5;

/** An app of as many agents as its argument says, synthesized into the directory that its second one names. */
const [, , count = '1', outdir] = process.argv;
const app = new App({ ...(outdir !== undefined && { outdir }) });
const chart = new Chart(app, 'many', { namespace: 'many' });
new TelemetryStack(chart, 'telemetry', { exporters: [OtlpExporter.signoz()] });
const modelAPI = ModelAPI.proxy(chart, 'models', { provider: 'openai', models: ['gpt-4o'] });
for (let first = 0; first < Number(count); first += TEAM) {
  const tools = new MCPServer(chart, `tools-${first}`, { tools: Tools.fromModule('apps/tools/echo.ts') });
  const agent = (index: number, subAgents: readonly Agent[] = []) =>
    new Agent(chart, `agent-${index}`, {
      ...{ modelAPI, model: 'gpt-4o', mcpServers: [tools], subAgents },
      description: `Agent ${index}`,
      instructions: `You are agent ${index}.\n`,
    });
  const workers = Array.from({ length: Math.min(TEAM, Number(count) - first) - 1 }, (_, index) =>
    agent(first + index + 1),
  );
  agent(first, workers);
}
app.synth();
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
process.stdout.write(
  JSON.stringify({ peakBytes: maxRSS * 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 }),
);
