import { CaseErased } from '../db/cases.ts';
import { type Working, workCallback } from './work-callback.ts';

/**
 * Works callbacks that were stored together, one after the other: what breaks one off does not keep
 * the others. Throws when any did, so that the job comes again; what is worked is not worked twice.
 */
export async function workCallbacks(parts: Working, ids: string[]): Promise<void> {
	let broken = 0;
	for (const id of ids)
		await workCallback(parts, id).catch((error: unknown) => {
			// There is nothing left to do for a case whose customer was erased meanwhile.
			if (error instanceof CaseErased) return;
			parts.log.error({ error, callback: id }, 'callbacks: one could not be worked');
			broken += 1;
		});
	if (broken > 0) throw new Error(`${broken} of ${ids.length} callbacks could not be worked.`);
}
