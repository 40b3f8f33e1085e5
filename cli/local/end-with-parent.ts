/** Preloaded into each child of `kaos up`: when the command is gone, however it went, its children end. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Waiting for that alone is no reason to live.
process.channel?.unref();
