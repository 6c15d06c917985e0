import { type CaseChange, changeCase, loadCase } from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import type { Calling } from './call-records.ts';
import { leavePath } from './leave-path.ts';
import { readInTurn } from './read-in-turn.ts';
import { type Refresh, storeFreshFacts } from './refresh-facts.ts';
import { startOutreach } from './take-step.ts';

const AGAIN_MS = 30_000;
const OUTAGE_MS = 3_600_000;

/**
 * A case that could not start (facts owed, or no contact in its trigger) leaves its path at the
 * trigger: the record is read for what is missing, then it starts, or a person gets it with the
 * missing fields named. One conditional statement takes it, so it happens once.
 */
export async function completeCase(
	parts: Calling & Pick<Parts, 'vault' | 'links' | 'jobs' | 'config' | 'crash'>,
	id: string
): Promise<void> {
	const loaded = await loadCase(parts, id);
	if (!loaded?.row.complete_at) return;
	const workflow = await loadWorkflow(parts.db, loaded.row.workflow, loaded.row.version);
	const fresh = await readInTurn(parts, workflow, loaded.content.customer);
	await changeCase(parts, id, { actor: 'system', flow: 'complete-case' }, async (change) => {
		if (change.state.ended || !(await takeTurn(change))) return;
		if (isAway(fresh) && (await waitForRecords(parts, change))) return;
		if (fresh.ok) storeFreshFacts(workflow, change, fresh.value);
		const { missing } = change.state;
		if (missing.length === 0) {
			await startOutreach(parts, workflow, change);
			return;
		}
		const reason = `missing-facts:${missing.join(',')}`;
		const possible = { freshContext: false };
		const outcome = leavePath(workflow, change, { breakpoint: 'trigger', reason, possible });
		// The rung is on record as tried and failed; the next one is a person.
		if (outcome === 'rung-failed') leavePath(workflow, change, { breakpoint: 'trigger', reason });
	});
}

const isAway = (fresh: Refresh) =>
	!fresh.ok && (fresh.reason === 'unavailable' || fresh.reason === 'barred');

/** An outage is no missing fact: for an hour after the trigger the record is asked again. */
async function waitForRecords({ jobs }: Pick<Parts, 'jobs'>, change: CaseChange): Promise<boolean> {
	const { trx, row, now } = change;
	if (now.getTime() - row.opened_at.getTime() > OUTAGE_MS) return false;
	const next = new Date(now.getTime() + AGAIN_MS);
	await trx.updateTable('cases').set({ complete_at: next }).where('id', '=', row.id).execute();
	await jobs.send(trx, 'complete-case', { v: 1, case: row.id }, { startAfter: next });
	return true;
}

/** `false`: another run, or a joined trigger, was faster. */
async function takeTurn(change: CaseChange): Promise<boolean> {
	const { trx, row } = change;
	const taken = await trx
		.updateTable('cases')
		.set({ complete_at: null })
		.where('id', '=', row.id)
		.where('complete_at', '<=', change.now)
		.executeTakeFirst();
	return taken.numUpdatedRows > 0n;
}
