import {
  type TelemetrySettings,
  telemetrySettingsFromEnv,
  telemetrySettingsToEnv,
} from '../../../runtime/contract';

describe('settings of telemetry', () => {
  const SETTINGS: TelemetrySettings = {
    logFormat: 'text',
    includeHttpServer: true,
    includeHttpClient: true,
    mcpSpan: 'merge',
  };

  test('are read as they were written', () => {
    expect(telemetrySettingsFromEnv(telemetrySettingsToEnv(SETTINGS))).toEqual(SETTINGS);
    expect(telemetrySettingsFromEnv(telemetrySettingsToEnv({}))).toEqual({
      logFormat: 'json',
      includeHttpServer: false,
      includeHttpClient: false,
      mcpSpan: 'own',
    });
  });

  test.each([
    ['LOG_FORMAT', 'xml', 'LOG_FORMAT is "xml"; give one of json, text'],
    ['KAOS_OTEL_MCP_SPAN', 'none', 'KAOS_OTEL_MCP_SPAN is "none"; give one of own, merge'],
    ['OTEL_INCLUDE_HTTP_SERVER', 'on', 'OTEL_INCLUDE_HTTP_SERVER is "on"; give true or false'],
  ])('T32: fails when %s is %s', (variable, value, message) => {
    expect(() => telemetrySettingsFromEnv({ [variable]: value })).toThrow(message);
  });
});
