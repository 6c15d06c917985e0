import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './sources.ts';

const SKEW = pathToFileURL(join(ROOT, 'tests/support/processes/skew-clock.ts')).href;

/** Environment of a process whose clock, and whose embedded database's, is so many minutes ahead. */
export const skewed = (minutes: number) => ({
	NODE_OPTIONS: `--import=${SKEW}`,
	SKEW_MINUTES: String(minutes)
});
