import type { FaultInput } from '../../src/demo/core/faults.ts';
import { applyWriteback } from '../../src/lib/server/flows/apply-writeback.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { eventually } from './customer.ts';

/** The core books what this customer confirms and never says so. */
export const bookedInSilence = (customer: string): FaultInput => ({
	match: { customer, path: `/customers/${customer}/p` },
	fault: 'applied-then-reset'
});

const TOO_MANY = 99;

/** Lets the tries of a case's unknown writeback run out, so that a person has to find out. */
export async function runOutOfTries({ parts }: { parts: Parts }, caseId: string): Promise<void> {
	await eventually(async () => {
		const { id, state } = await parts.db
			.selectFrom('writebacks')
			.select(['id', 'state'])
			.where('case_id', '=', caseId)
			.executeTakeFirstOrThrow();
		if (state === 'dead') return true;
		if (state !== 'unknown') return false;
		await parts.db
			.updateTable('writebacks')
			.set({ failures: TOO_MANY, next_at: new Date(0), lease_until: null })
			.where('id', '=', id)
			.execute();
		await applyWriteback(parts, id);
		return false;
	});
}
