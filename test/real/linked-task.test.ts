import { App } from 'cdk8s';
import { Research } from '../../apps/research';
import { runTopology } from '../../cli/testing';
import { unmet } from '../support/expectations';
import { describeWith } from '../support/real-parts';

describeWith(['LiteLLM', 'OpenTelemetry Collector'], 'a task that nobody waits for', () => {
  test('is linked to its caller behind a collector, and LiteLLM goes on its trace', async () => {
    const chart = new Research(new App(), 'research');
    const message = 'What is OpenTelemetry, and what is 19 plus 23?';
    const result = await runTopology(chart, { message, background: true, real: true });
    expect(result.answer).toContain('42');
    expect(result.spans.map(({ service }) => service)).toContain('llm-proxy');
    expect(unmet(result)).toEqual([]);
  }, 180_000);
});
