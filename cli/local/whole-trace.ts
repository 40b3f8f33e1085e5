import { type SpanRecord } from './collector/records';
import { type TelemetryStore } from './collector/store';

/** Processes export once a second: when nothing came for a little longer, nothing more is to come. */
export const QUIET_MS = 1_300;
/** A collector between them and here waits until a trace is whole, and gathers what it sends. */
export const QUIET_BEHIND_COLLECTOR_MS = 5_000;

/** The spans of a trace whose processes go on running, once no more of them arrive. */
export function wholeTrace(
  store: TelemetryStore,
  traceId: string,
  quietMs = QUIET_MS,
): Promise<SpanRecord[]> {
  return new Promise((resolve) => {
    const finish = () => {
      store.off('span', arrived);
      resolve(store.trace(traceId));
    };
    const quiet = setTimeout(finish, quietMs);
    const arrived = (span: SpanRecord) => {
      if (span.traceId === traceId) quiet.refresh();
    };
    store.on('span', arrived);
  });
}
