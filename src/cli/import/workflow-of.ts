import { basename } from 'node:path';

/**
 * The workflow that a file is named after: `plans.csv` → `plans`, and the same for the file of
 * refused lines beside it (`plans.refused.csv`), so that it can be sent again as it is.
 */
export const workflowOf = (file: string): string =>
	basename(file)
		.replace(/\.csv$/i, '')
		.replace(/(\.refused)+$/, '');
