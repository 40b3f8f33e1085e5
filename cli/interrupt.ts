/**
 * Aborts when the user or the system wants the command to end. A second signal ends it at once; its children
 * notice and end too.
 */
export function interruption(): AbortController {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(signal);
    });
  }
  return controller;
}
