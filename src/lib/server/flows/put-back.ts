import type { SqlBool, sql } from 'kysely';
import { fail, ok, type Result } from '../../domain/result.ts';
import { actorOf, type Permission, type Principal } from '../../domain/staff/permissions.ts';
import { recordAct } from '../db/audit.ts';
import type { Trx } from '../db/cases.ts';
import { permits } from '../db/permits.ts';
import { lockSwitches, offSwitch, type SwitchRow } from '../db/switches.ts';
import type { Parts } from '../parts.ts';

/**
 * - `decided`: on again already, asked for already, or not asked for.
 * - `own-change`: who asked for it does not say yes to it (case F7).
 */
export type PutBackRefusal = 'forbidden' | 'not-found' | 'decided' | 'own-change';

/** One act on what is off: who may, what is written, and what of the row must hold for it. */
export interface PutBack {
	act: string;
	permission: Permission;
	reason?: string;
	/** Why not, of the row as it stands. */
	refuse: (row: SwitchRow, actor: string) => PutBackRefusal | null;
	set: (actor: ReturnType<typeof actorOf>) => Record<string, unknown>;
	/** One conditional statement decides who does it. */
	holds: ReturnType<typeof sql<SqlBool>>;
}

/** Does the act in one transaction with the record of it; a refusal is recorded, too. */
export async function putBack(
	{ db }: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	id: string,
	{ act, permission, reason, refuse, set, holds }: PutBack
): Promise<Result<{ key: string }, PutBackRefusal>> {
	const seen = await offSwitch(db, id);
	if (!seen) return fail('not-found');
	const { workflow: key, part } = seen;
	return db.transaction().execute(async (trx) => {
		const actor = actorOf(principal);
		const judge = async (): Promise<PutBackRefusal | null> => {
			if (!(await permits(trx, principal, permission))) return 'forbidden';
			await lockSwitches(trx, key);
			const row = await offSwitch(trx, id);
			const refusal = row ? refuse(row, actor) : 'decided';
			return refusal ?? ((await change(trx, id, set(actor), holds)) ? null : 'decided');
		};
		const refused = await judge();
		const object = `workflow:${key}`;
		const result = refused ?? 'done';
		await recordAct(trx, { actor, act, object, result, reason, data: { part, switch: id } });
		return refused ? fail(refused) : ok({ key });
	});
}

async function change(
	trx: Trx,
	id: string,
	set: Record<string, unknown>,
	holds: PutBack['holds']
): Promise<boolean> {
	const { numUpdatedRows } = await trx
		.updateTable('switches')
		.set(set)
		.where('id', '=', id)
		.where('on_at', 'is', null)
		.where(holds)
		.executeTakeFirst();
	return numUpdatedRows > 0n;
}
