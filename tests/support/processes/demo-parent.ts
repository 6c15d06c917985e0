/*
 * Plays the demo: starts one child as the demo starts its own, and says both numbers. The child
 * writes a file when it is told to end.
 * Argument: that file.
 */
import { endWithNpm, start } from '../../../src/demo/processes.ts';

const CHILD = `
	process.on('SIGTERM', () => {
		require('node:fs').writeFileSync(process.argv[1], 'in order');
		process.exit(0);
	});
	setInterval(() => {}, 1000);
	console.log('ready');`;

endWithNpm();
const child = start('child', ['-e', CHILD, process.argv[2] ?? ''], {
	stdio: ['ignore', 'pipe', 'inherit']
});
child.stdout?.once('data', () =>
	process.stdout.write(`${JSON.stringify({ own: process.pid, child: child.pid })}\n`)
);
