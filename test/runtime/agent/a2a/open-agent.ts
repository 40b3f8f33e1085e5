import { type AgentSettings } from '../../../../runtime/contract';
import { closeAll, openLead } from '../../../support/open-lead';
import { inTurn, says, type Script } from '../../../support/scripted-model';
import { startTestTelemetry, type TestTelemetry } from '../../../support/telemetry';

/** An agent that says "hello there", unless it is told otherwise. */
export function openAgent(
  settings: Partial<AgentSettings> = {},
  script: Script = inTurn(says('hello there')),
) {
  return openLead(script, settings);
}

/** Each test of the file begins without telemetry and leaves nothing open; it fails where the SDK complains. */
export function watchTests(): TestTelemetry {
  const telemetry = startTestTelemetry();
  const complaints = jest.spyOn(console, 'error');
  beforeEach(() => telemetry.reset());
  afterEach(async () => {
    await closeAll();
    expect(complaints).not.toHaveBeenCalled();
    complaints.mockClear();
  });
  afterAll(() => telemetry.close());
  return telemetry;
}
