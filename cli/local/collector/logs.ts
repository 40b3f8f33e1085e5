import { anyValue, attributes, id, messages, number, text, unixNano, type Message } from './read';
import { type LogRecord } from './records';
import { resourceOf } from './resource';

/** The log records of an `ExportLogsServiceRequest`. */
export function logsOf(request: Message): LogRecord[] {
  return messages(request.resourceLogs, 'resourceLogs').flatMap((batch) => {
    const { service } = resourceOf(batch);
    return messages(batch.scopeLogs, 'scopeLogs').flatMap((group) =>
      messages(group.logRecords, 'logRecords').map((record) => logOf(record, service)),
    );
  });
}

function logOf(record: Message, service: string): LogRecord {
  const time = unixNano(record.timeUnixNano, 'logRecord.timeUnixNano');
  const observed = unixNano(record.observedTimeUnixNano, 'logRecord.observedTimeUnixNano');
  return {
    service,
    severity: text(record.severityText, 'logRecord.severityText') || severityOf(record.severityNumber),
    body: anyValue(record.body, 'logRecord.body'),
    traceId: id(record.traceId, 16, 'logRecord.traceId'),
    spanId: id(record.spanId, 8, 'logRecord.spanId'),
    attributes: attributes(record.attributes, 'logRecord.attributes'),
    timeUnixNano: time === '0' ? observed : time,
  };
}

const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;

/** OTLP has four numbers for each word: 1 to 4 are TRACE, 5 to 8 DEBUG and so on. */
function severityOf(value: unknown): string {
  const word = /^SEVERITY_NUMBER_([A-Z]+)/.exec(String(value))?.[1];
  if (word !== undefined) return word;
  const severity = number(value, 'logRecord.severityNumber');
  return SEVERITIES[Math.ceil(severity / 4) - 1] ?? '';
}
