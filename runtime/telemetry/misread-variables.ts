import { type Env } from '../contract';

const PROTOCOLS = ['grpc', 'http/protobuf', 'http/json'];
const EXPORTERS = ['otlp', 'console', 'none'];
const SAMPLERS = ['always_on', 'always_off', 'traceidratio'];

/** What variables of OpenTelemetry may say, where it is one of a few words, or several of them. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  OTEL_EXPORTER_OTLP_PROTOCOL: PROTOCOLS,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: PROTOCOLS,
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: PROTOCOLS,
  OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: PROTOCOLS,
  OTEL_TRACES_EXPORTER: EXPORTERS,
  OTEL_METRICS_EXPORTER: [...EXPORTERS, 'prometheus'],
  OTEL_LOGS_EXPORTER: EXPORTERS,
  OTEL_TRACES_SAMPLER: [...SAMPLERS, ...SAMPLERS.map((name) => `parentbased_${name}`)],
};
const ENDPOINTS = ['', '_TRACES', '_METRICS', '_LOGS'].map(
  (signal) => `OTEL_EXPORTER_OTLP${signal}_ENDPOINT`,
);
const LONGEST = 100;

/** A variable that says what OpenTelemetry does not know. */
export interface Misread {
  readonly variable: string;
  /** What to say of it. */
  readonly warning: string;
  /** What is left of it when that is left out. */
  readonly known: string;
}

/** The SDK goes on without a word, or with another default than ours, so that the signal goes somewhere else. */
export function misreadVariables(env: Env): Misread[] {
  return Object.entries(ALLOWED).flatMap(([variable, allowed]) => {
    const said = valuesOf(variable, env[variable]);
    if (said.every((value) => allowed.includes(value))) return [];
    const known = said.filter((value) => allowed.includes(value)).join(',');
    return [{ variable, known, warning: warningOf(variable, env[variable], `one of ${allowed.join(', ')}`) }];
  });
}

/** Of addresses that are none; the SDK says why it cannot start, or makes of them what it can. */
export function misreadEndpoints(env: Env): string[] {
  return ENDPOINTS.filter((variable) => env[variable] && !isAddress(env[variable])).map((variable) =>
    warningOf(variable, env[variable], 'an http or https URL'),
  );
}

function valuesOf(variable: string, value = ''): string[] {
  const values = variable.endsWith('_EXPORTER') ? value.split(',') : [value];
  return values.map((each) => each.trim()).filter((each) => each !== '');
}

function isAddress(text = ''): boolean {
  return URL.canParse(text) && /^(?:https?|unix):$/.test(new URL(text).protocol);
}

function warningOf(variable: string, value = '', allowed: string): string {
  const shown = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  return `${variable} is "${shown}"; give ${allowed}`;
}
