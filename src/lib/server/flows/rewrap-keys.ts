import { VaultError } from '../crypto/vault.ts';
import type { Parts } from '../parts.ts';

const BATCH = 200;

export interface Rewrapped {
	/** Now under the current master key. */
	renewed: number;
	/** Were so already. */
	current: number;
	/** Their master key is not in the keyring, or has ended: these cases cannot be read at all. */
	unreadable: number;
}

/**
 * After a new master key was put first in the keyring: wraps every case key anew, so that the old
 * one can be taken out. What the case keys protect is not touched. May run while the product works,
 * be interrupted, and be run again.
 */
export async function rewrapKeys({ db, vault }: Pick<Parts, 'db' | 'vault'>): Promise<Rewrapped> {
	const done: Rewrapped = { renewed: 0, current: 0, unreadable: 0 };
	let after = '00000000-0000-0000-0000-000000000000';
	for (;;) {
		const rows = await db
			.selectFrom('cases')
			.select(['id', 'key'])
			.where('id', '>', after)
			.where('erased_at', 'is', null)
			.orderBy('id')
			.limit(BATCH)
			.execute();
		for (const row of rows) done[await rewrap({ db, vault }, row)] += 1;
		const last = rows.at(-1);
		if (!last) return done;
		after = last.id;
	}
}

async function rewrap(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	{ id, key }: { id: string; key: string }
): Promise<keyof Rewrapped> {
	try {
		const renewed = await vault.rewrap(key);
		if (renewed === null) return 'current';
		// Another run may have been faster; either one is good.
		await db
			.updateTable('cases')
			.set({ key: renewed })
			.where('id', '=', id)
			.where('key', '=', key)
			.execute();
		return 'renewed';
	} catch (error) {
		if (error instanceof VaultError) return 'unreadable';
		throw error;
	}
}
