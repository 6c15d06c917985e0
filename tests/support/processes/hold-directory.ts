import { takeDirectory } from '../../../src/lib/server/db/lock.ts';

// Takes the directory given as the first argument, says so, and stays until it is killed.
try {
	const release = await takeDirectory(process.argv[2] ?? '');
	console.log('held');
	process.once('SIGTERM', () => {
		release();
		process.exit(0);
	});
	setInterval(() => {}, 60_000);
} catch (error) {
	console.log(`refused: ${(error as Error).message}`);
	process.exitCode = 1;
}
