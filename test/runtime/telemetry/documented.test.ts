import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { telemetrySettingsToEnv, TELEMETRY_DEFAULTS } from '../../../runtime/contract';
import { nameIn } from '../../../runtime/telemetry/conventions';
import { CONTENT, METRIC } from '../../../runtime/telemetry/names';

const TEXT = readFileSync(join(__dirname, '../../../docs/telemetry.md'), 'utf8');

test.each([
  ...Object.values(METRIC),
  ...Object.values(METRIC).map((name) => nameIn('latest', name)),
  ...Object.values(CONTENT),
  ...Object.keys(telemetrySettingsToEnv(TELEMETRY_DEFAULTS)),
])('%s stands in docs/telemetry.md', (name) => {
  expect(TEXT).toContain(`\`${name}\``);
});
