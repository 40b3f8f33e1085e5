import { describeWithRedis } from '../support/redis';
import { problemsIn } from './print-report';
import { soak } from './soak';

describeWithRedis('amid faults, for some seconds', () => {
  test('each question gets one answer or a clear error, and the agent is afterwards as it was before', async () => {
    const report = await soak({ calmMs: 1_000, faultMs: 10_000, idleSockets: 12 });
    expect(problemsIn(report)).toEqual([]);
    expect(report.outcomes.filter(({ end }) => end === 'answered').length).toBeGreaterThan(50);
    expect(report.done.toolRuns).toBeGreaterThan(20);
    expect(report.done.tasks).toBeGreaterThan(10);
    expect(new Set(report.faults.map(({ name }) => name)).size).toBeGreaterThan(2);
  }, 150_000);
});
