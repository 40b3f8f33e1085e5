/** Exit code of a command that was interrupted, as shells have it. */
export const INTERRUPTED = 130;

/**
 * Aborts when the user or the system wants the command to end. A second signal ends it at once.
 */
export function interruption(): AbortController {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      controller.abort(signal);
    });
  }
  return controller;
}
