import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core';
import { OTLPLogExporter as GrpcLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as GrpcTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type ReadableSpan } from '@opentelemetry/sdk-trace';
import { HeldExporter } from './held-exporter';

/** Spans or log records that are held: some minutes' worth of a busy agent. */
const HELD = 16_384;
/** An item with long texts counts as one more for each so many characters, so that the memory is bounded too. */
const CHARACTERS = 2_048;

type OnDrop = (count: number) => void;

/** Sends spans by OTLP. */
export function heldTraces(onDrop: OnDrop): HeldExporter<ReadableSpan> {
  const Exporter = { grpc: GrpcTraceExporter, 'http/json': JsonTraceExporter }[protocolOf('TRACES')];
  return new HeldExporter({
    what: 'spans',
    connect: (failures) => new (Exporter ?? ProtobufTraceExporter)(connectionAfter(failures, 'traces')),
    limit: positiveNumber('OTEL_BSP_MAX_QUEUE_SIZE') ?? HELD,
    weigh: ({ attributes }) => weightOf(attributes),
    onDrop,
  });
}

/** Sends log records, likewise. */
export function heldLogs(onDrop: OnDrop): HeldExporter<ReadableLogRecord> {
  const Exporter = { grpc: GrpcLogExporter, 'http/json': JsonLogExporter }[protocolOf('LOGS')];
  return new HeldExporter({
    what: 'log records',
    connect: (failures) => new (Exporter ?? ProtobufLogExporter)(connectionAfter(failures, 'logs')),
    limit: positiveNumber('OTEL_BLRP_MAX_QUEUE_SIZE') ?? HELD,
    weigh: ({ attributes, body }) => weightOf({ ...attributes, body }),
    onDrop,
  });
}

/** What a variable of the SDK says; nothing when it is no positive number, as the SDK takes it. */
export function positiveNumber(variable: string): number | undefined {
  const number = getNumberFromEnv(variable);
  return number !== undefined && number > 0 ? number : undefined;
}

function protocolOf(signal: string): string {
  const ofSignal = getStringFromEnv(`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`);
  return (ofSignal ?? getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL') ?? '').trim();
}

/**
 * grpc-js shares connections, and a pause between tries that grows to two minutes, among clients that agree in all
 * that they are given. One that failed is followed by one of another name, so that each try is one.
 */
function connectionAfter(failures: number, signal: string): { readonly userAgent?: string } {
  return failures === 0 ? {} : { userAgent: `cdk8s-kaos-${signal} (connection ${failures + 1})` };
}

function weightOf(attributes: Readonly<Record<string, unknown>>): number {
  let characters = 0;
  for (const name in attributes) {
    const value = attributes[name];
    if (typeof value === 'string') characters += value.length;
  }
  return 1 + Math.floor(characters / CHARACTERS);
}
