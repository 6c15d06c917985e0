import type { Permission, Principal } from '../../domain/staff/permissions.ts';
import { fail, type Result } from '../../domain/result.ts';
import { isUuid } from '../../contracts/uuid.ts';
import { type CaseChange, changeCase } from '../db/cases.ts';
import { type DeskRow, lockInScope, scopeOf, takeClaim } from '../db/desk.ts';
import { permits } from '../db/permits.ts';
import { loadWorkflow, type Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';

/**
 * - `not-found`: there is none, or none that this account sees.
 * - `forbidden`: the permission is gone, perhaps since the page was opened.
 * - `already-finished`: it was closed meanwhile, by the customer or by somebody else.
 * - `claimed-by-other`: somebody else works on it; `staff` is who.
 */
export type ActRefusal = 'not-found' | 'forbidden' | 'already-finished' | 'claimed-by-other';

export interface ActDetail {
	staff?: string;
	/** How it was closed. */
	outcome?: string | null;
}

/** An open exception in the hands of who works on it, inside the change of its case. */
export interface Held extends CaseChange {
	exception: DeskRow;
	workflow: Workflow;
	principal: Actor;
}

/** Who acts. What they may is asked in the database, so that an act goes on without their session. */
type Actor = Pick<Principal, 'id'>;

export type Working = Pick<Parts, 'db' | 'vault' | 'crash'>;

/**
 * One act at the desk: permission, scope and claim are asked in its own transaction. Acting on what
 * nobody holds claims it, acting on what one holds renews the claim. `work` refuses before it decides
 * anything; what it decided is committed.
 */
export async function workException<Value, Reason extends string, Detail = undefined>(
	parts: Working,
	principal: Actor,
	id: string,
	work: (held: Held) => Promise<Result<Value, Reason, Detail>>,
	{ permission = 'desk.work', claims = true }: { permission?: Permission; claims?: boolean } = {}
): Promise<Result<Value, Reason | ActRefusal, Detail | ActDetail>> {
	const caseId = await caseOf(parts, id);
	if (!caseId) return fail('not-found');
	const actor = `staff:${principal.id}` as const;
	return changeCase(parts, caseId, { actor, flow: 'work-exception' }, (change) =>
		workHeld(change, principal, id, work, { permission, claims })
	);
}

/** The same inside a change of its case that is open already. */
export async function workHeld<Value, Reason extends string, Detail = undefined>(
	change: CaseChange,
	principal: Actor,
	id: string,
	work: (held: Held) => Promise<Result<Value, Reason, Detail>>,
	{ permission = 'desk.work', claims = true }: { permission?: Permission; claims?: boolean } = {}
): Promise<Result<Value, Reason | ActRefusal, Detail | ActDetail>> {
	const { trx, row } = change;
	if (!(await permits(trx, principal, permission))) return fail('forbidden');
	const scope = await scopeOf(trx, principal);
	const exception = scope && (await lockInScope(trx, scope, id));
	if (!exception) return fail('not-found');
	if (exception.state === 'closed') return fail('already-finished', { outcome: exception.outcome });
	if (claims) {
		const claim = await takeClaim(trx, id, principal.id);
		if (!claim) return fail('claimed-by-other', { staff: exception.claimed_by! });
		if (claim === 'claimed') change.must({ do: 'claim', exception: id });
	}
	const workflow = await loadWorkflow(trx, row.workflow, row.version);
	// The change itself goes on: what `work` decides moves its state.
	return work(Object.assign(change, { exception, workflow, principal }));
}

/** The case of an exception; `undefined` if there is none. */
export async function caseOf({ db }: Pick<Parts, 'db'>, id: string): Promise<string | undefined> {
	if (!isUuid(id)) return undefined;
	const row = await db
		.selectFrom('exceptions')
		.select('case_id')
		.where('id', '=', id)
		.executeTakeFirst();
	return row?.case_id;
}
