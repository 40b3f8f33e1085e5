/** A process finishes its running requests within it after SIGTERM; its pod is granted this and a margin. */
export const DRAIN_SECONDS = 20;
/** Telemetry is flushed within it, after the drain. */
export const FLUSH_SECONDS = 5;
