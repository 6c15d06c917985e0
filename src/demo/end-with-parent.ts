/*
 * Loaded first in every process that the demo starts. When the demo is gone, however it went (a
 * SIGKILL leaves it no time to say so), its end of the channel closes; then this process ends as it
 * does on SIGTERM: in order.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Steps that have done their work must not stay for the channel's sake.
process.channel?.unref();
