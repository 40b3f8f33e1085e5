import { type Attributes } from './records';

/** A request that is not OTLP; the message says where and why. */
export class InvalidTelemetry extends Error {
  readonly code = 'telemetry_invalid';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InvalidTelemetry';
  }
}

/** An OTLP message, decoded but not trusted: JSON may hold anything. */
export type Message = Readonly<Record<string, unknown>>;

export function message(value: unknown, path: string): Message {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(path, value, 'an object');
  return value as Message;
}

export function messages(value: unknown, path: string): Message[] {
  return list(value, path).map((item, index) => message(item, `${path}[${index}]`));
}

export function text(value: unknown, path: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw invalid(path, value, 'a string');
  return value;
}

/** A 64-bit unsigned time, which OTLP/JSON writes as a string or a number. */
export function unixNano(value: unknown, path: string): string {
  if (value === undefined || value === null) return '0';
  if (!/^\d{1,20}$/.test(String(value))) throw invalid(path, value, 'nanoseconds as a decimal');
  return BigInt(String(value)).toString();
}

/** Any number; beyond 2^53 the nearest double, as everywhere in metrics. */
export function number(value: unknown, path: string): number {
  if (value === undefined || value === null) return 0;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  const isNumeric = typeof value === 'number' || (typeof value === 'string' && /^-?\d/.test(value));
  if (!isNumeric || Number.isNaN(Number(value))) throw invalid(path, value, 'a number');
  return Number(value);
}

export function optionalNumber(value: unknown, path: string): number | null {
  return value === undefined || value === null ? null : number(value, path);
}

export function numbers(value: unknown, path: string): number[] {
  return list(value, path).map((item, index) => number(item, `${path}[${index}]`));
}

/** A trace or span id: bytes in protobuf, hex in JSON. Empty and all-zero ids mean none. */
export function id(value: unknown, bytes: 8 | 16, path: string): string | null {
  const hex =
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : text(value, path).toLowerCase();
  if (/^0*$/.test(hex)) return null;
  if (hex.length !== bytes * 2 || !/^[\da-f]+$/.test(hex)) throw invalid(path, hex, `${bytes} bytes in hex`);
  return hex;
}

export function attributes(value: unknown, path: string): Attributes {
  return Object.fromEntries(
    messages(value, path).map((entry, index) => [
      text(entry.key, `${path}[${index}].key`),
      anyValue(entry.value, `${path}[${index}].value`, MAX_DEPTH),
    ]),
  );
}

/** What an `AnyValue` stands for; null when it is empty. */
export function anyValue(value: unknown, path: string, depth = MAX_DEPTH): unknown {
  if (depth === 0)
    throw new InvalidTelemetry(`${path} is nested too deeply; keep it within ${MAX_DEPTH} levels`);
  const any = message(value, path);
  if (any.stringValue !== undefined) return text(any.stringValue, path);
  if (any.boolValue !== undefined) return any.boolValue === true;
  if (any.intValue !== undefined) return integer(any.intValue, path);
  if (any.doubleValue !== undefined) return number(any.doubleValue, path);
  if (any.bytesValue !== undefined) return base64(any.bytesValue, path);
  if (any.arrayValue !== undefined) {
    const { values } = message(any.arrayValue, path);
    return list(values, path).map((item, index) => anyValue(item, `${path}[${index}]`, depth - 1));
  }
  if (any.kvlistValue !== undefined) {
    const entries = messages(message(any.kvlistValue, path).values, path);
    return Object.fromEntries(
      entries.map((entry) => [text(entry.key, path), anyValue(entry.value, path, depth - 1)]),
    );
  }
  return null;
}

/** Recursion ends here, far above any real attribute and far below the stack's limit. */
const MAX_DEPTH = 64;

function integer(value: unknown, path: string): number | string {
  if (!/^-?\d{1,20}$/.test(String(value))) throw invalid(path, value, 'an integer');
  const exact = BigInt(String(value));
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact.toString();
}

function base64(value: unknown, path: string): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : text(value, path);
}

function list(value: unknown, path: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(path, value, 'a list');
  return value;
}

function invalid(path: string, value: unknown, wanted: string): InvalidTelemetry {
  const shown = JSON.stringify(value)?.slice(0, 80) ?? typeof value;
  return new InvalidTelemetry(`${path} is ${shown}; give ${wanted}`);
}
