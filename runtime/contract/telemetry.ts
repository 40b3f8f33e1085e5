import { type Env, readAll } from './env-reader';
import { given } from './variables';

export const LOG_FORMATS = ['json', 'text'] as const;
/** How lines stand on stdout: as JSON, or as KAOS writes them. */
export type LogFormat = (typeof LOG_FORMATS)[number];

export const MCP_SPANS = ['own', 'merge'] as const;
/** Whether a call of an MCP server has a span of its own, or its attributes stand on the span of the tool. */
export type MCPSpan = (typeof MCP_SPANS)[number];

/** What may be chosen of a process's telemetry beside what OpenTelemetry's own SDK reads. */
export interface TelemetrySettings {
  readonly logFormat: LogFormat;
  /** Whether requests that arrive get a span of their own, which the loop's is then a child of. */
  readonly includeHttpServer: boolean;
  /** Whether requests that are sent get a span of their own. */
  readonly includeHttpClient: boolean;
  readonly mcpSpan: MCPSpan;
}

export const TELEMETRY_DEFAULTS: TelemetrySettings = {
  logFormat: 'json',
  includeHttpServer: false,
  includeHttpClient: false,
  mcpSpan: 'own',
};

export function telemetrySettingsToEnv(settings: Partial<TelemetrySettings>): Record<string, string> {
  return {
    ...given('LOG_FORMAT', settings.logFormat),
    ...given('OTEL_INCLUDE_HTTP_SERVER', settings.includeHttpServer),
    ...given('OTEL_INCLUDE_HTTP_CLIENT', settings.includeHttpClient),
    ...given('KAOS_OTEL_MCP_SPAN', settings.mcpSpan),
  };
}

/** @throws ConfigError naming every variable that is malformed */
export function telemetrySettingsFromEnv(env: Env): TelemetrySettings {
  return readAll(env, (read) => ({
    logFormat: read.oneOf('LOG_FORMAT', LOG_FORMATS) ?? TELEMETRY_DEFAULTS.logFormat,
    includeHttpServer: read.flag('OTEL_INCLUDE_HTTP_SERVER') ?? TELEMETRY_DEFAULTS.includeHttpServer,
    includeHttpClient: read.flag('OTEL_INCLUDE_HTTP_CLIENT') ?? TELEMETRY_DEFAULTS.includeHttpClient,
    mcpSpan: read.oneOf('KAOS_OTEL_MCP_SPAN', MCP_SPANS) ?? TELEMETRY_DEFAULTS.mcpSpan,
  }));
}
