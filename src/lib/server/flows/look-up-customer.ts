import type { LookUp } from '../../contracts/workflow-changes.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { actorOf, type Principal } from '../../domain/staff/permissions.ts';
import type { FieldValues } from '../../domain/workflow/document.ts';
import { recordAct } from '../db/audit.ts';
import { loadCase } from '../db/cases.ts';
import { nameLookedUp } from '../db/erasures.ts';
import { partsOff } from '../db/switches.ts';
import { permits } from '../db/permits.ts';
import { latestWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import type { Standing } from './judge-actions.ts';
import { readFreshFacts } from './refresh-facts.ts';
import { NEW_CASE } from '../../domain/case/state.ts';
import type { Calling } from './call-records.ts';

export interface LookedUp {
	facts: FieldValues;
	/** Of the customer's open case, or of their record as it is now. */
	source: 'case' | 'record';
	/** Of the case; none where there is none. */
	language: string | undefined;
	/** What a decision about them rests on. */
	standing: Standing;
	/** Whoever looks may see personal values in the clear. */
	clear: boolean;
}

/**
 * The facts of one customer, for who asks what they would get: those of their open case, else their
 * record, read as the published version reads it, never as a draft would. The look is recorded before
 * anything is shown.
 *
 * - `unknown-customer`: neither an open case nor a record.
 * - `unavailable`: the system of record does not answer, or not rightly.
 */
export async function lookUpCustomer(
	parts: Calling & Pick<Parts, 'vault'>,
	principal: Pick<Principal, 'id'>,
	{ key, customer, side }: LookUp
): Promise<Result<LookedUp, 'forbidden' | 'not-published' | 'unknown-customer' | 'unavailable'>> {
	const workflow = await latestWorkflow(parts.db, key);
	if (!workflow) return fail('not-published');
	const hash = parts.vault.hash('customer', customer);
	const open = await parts.db
		.selectFrom('cases')
		.select('id')
		.where('customer_hash', '=', hash)
		.where('workflow', '=', key)
		.where('ended_at', 'is', null)
		.orderBy('id', 'desc')
		.limit(1)
		.executeTakeFirst();
	const look = await recordLook(parts, principal, {
		open: open?.id,
		hash,
		data: { workflow: key, side }
	});
	if (!look) return fail('forbidden');
	const { clear } = look;
	const loaded = open ? await loadCase(parts, open.id) : null;
	if (loaded) {
		const { content, row, state, now, off } = loaded;
		const { language } = row;
		const standing = { state, content, now, off };
		return ok({ facts: content.facts, source: 'case', language, standing, clear });
	}
	const fresh = await readFreshFacts(parts, workflow, customer);
	if (!fresh.ok) return fail(fresh.reason === 'not-found' ? 'unknown-customer' : 'unavailable');
	const { facts } = fresh.value;
	const now = new Date();
	const off = await partsOff(parts.db, key);
	const standing = { state: NEW_CASE, content: { facts }, now, off };
	return ok({ facts, source: 'record', language: undefined, standing, clear });
}

/** Whether personal values may be shown is asked in the transaction that says so. */
async function recordLook(
	{ db }: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	{ open, hash, data }: { open: string | undefined; hash: string; data: Record<string, unknown> }
): Promise<Pick<LookedUp, 'clear'> | null> {
	return db.transaction().execute(async (trx) => {
		if (!(await permits(trx, principal, 'workflow.read'))) return null;
		const clear = await permits(trx, principal, 'personal.reveal');
		const object = open ? `case:${open}` : `customer:${await nameLookedUp(trx, hash)}`;
		const actor = actorOf(principal);
		const act = 'look-up-customer';
		await recordAct(trx, { actor, act, object, result: 'done', data: { ...data, clear } });
		return { clear };
	});
}
