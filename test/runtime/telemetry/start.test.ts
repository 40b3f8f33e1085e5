import { type Env } from '../../../runtime/contract';
import { startTelemetry } from '../../../runtime/telemetry/start';

// Nothing listens there; what is flushed on close is refused at once.
const ENDPOINT = 'http://127.0.0.1:1';

const VALUES: readonly (readonly [disabled: string | undefined, isOff: boolean])[] = [
  [undefined, false],
  ['', false],
  ['false', false],
  ['0', false],
  ['no', false],
  ['true', true],
  ['TRUE', true],
  ['1', true],
  ['yes', true],
];
const CASES = VALUES.flatMap(([disabled, isOff]) =>
  ['researcher', undefined].flatMap((service) =>
    [ENDPOINT, undefined].map((endpoint) => ({ disabled, service, endpoint, isOff })),
  ),
);

test.each(CASES)(
  'OTEL_SDK_DISABLED=$disabled, service $service, endpoint $endpoint',
  async ({ disabled, service, endpoint, isOff }) => {
    const env: Env = {
      OTEL_SDK_DISABLED: disabled,
      OTEL_SERVICE_NAME: service,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    };
    const named = startTelemetry(env, 'fallback');
    const unnamed = startTelemetry(env, '');
    await Promise.all([named.close(), unnamed.close()]);
    const isOn = !isOff && endpoint !== undefined;
    expect([named.enabled, unnamed.enabled]).toEqual([isOn, isOn && service !== undefined]);
  },
);
