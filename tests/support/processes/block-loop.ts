/**
 * Loaded into a server before it starts (`NODE_OPTIONS=--import`): on SIGUSR2 its event loop stands
 * still for five seconds, as a careless computation would make it.
 */
const BLOCKED_MS = 5_000;

process.on('SIGUSR2', () => {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED_MS);
});
