/**
 * bin/magnilab.js starts this process under a newer Node where its own is too old, over a channel that closes when it is gone,
 * however it ended: then this one ends too, as if it had been told to.
 */
export function endWithStarter(): void {
  if (!process.connected) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
}
