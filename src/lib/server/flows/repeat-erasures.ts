import { receiptSchema } from '../../contracts/erasure.ts';
import { openSigned, type PublicKeys } from '../crypto/signer.ts';
import { recordAct } from '../db/audit.ts';
import { eraseCaseIn } from '../db/erase-case.ts';
import { forgetPerson } from '../db/erasures.ts';
import type { Parts } from '../parts.ts';

export interface Repeated {
	/** Cases that a backup had brought back, and that are erased again. */
	erased: number;
	/** They were so still, or are older than the backup's first case. */
	gone: number;
	/** Something is under way on them in the backup: settle it, and run it again. */
	left: string[];
	/** Lines that nobody of ours has signed. */
	unsigned: number;
}

/**
 * After a restore: whoever was erased since the backup was made stays erased (case M9). The receipts
 * come from outside the database, and are taken for true by their signature alone.
 */
export async function repeatErasures(
	{ db }: Pick<Parts, 'db'>,
	keys: PublicKeys,
	receipts: readonly string[]
): Promise<Repeated> {
	const done: Repeated = { erased: 0, gone: 0, left: [], unsigned: 0 };
	for (const jws of receipts) {
		const opened = await openSigned(keys, 'tapdone-erasure', jws);
		const receipt = opened.ok ? receiptSchema.safeParse(opened.value) : null;
		if (!receipt?.success) {
			done.unsigned += 1;
			continue;
		}
		for (const id of receipt.data.cases) {
			const outcome = await eraseAgain({ db }, id, receipt.data.erasure);
			if (outcome === 'left') done.left.push(id);
			else done[outcome] += 1;
		}
	}
	return done;
}

async function eraseAgain(
	{ db }: Pick<Parts, 'db'>,
	id: string,
	erasure: string
): Promise<'erased' | 'gone' | 'left'> {
	return db.transaction().execute(async (trx) => {
		const there = await trx
			.selectFrom('cases')
			.select(['id', 'customer_hash'])
			.where('id', '=', id)
			.executeTakeFirst();
		const erased = there ? await eraseCaseIn(trx, id, 'system') : null;
		if (!erased?.ok) return erased ? 'left' : 'gone';
		if (!there || !erased.value) return 'gone';
		await forgetPerson(trx, there.customer_hash);
		await recordAct(trx, {
			actor: 'system',
			act: 'repeat-erasure',
			object: `case:${id}`,
			result: 'done',
			data: { erasure }
		});
		return 'erased';
	});
}
