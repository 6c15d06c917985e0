import { sql } from 'kysely';
import type { Parts } from '../parts.ts';

/**
 * Do the keys of this process open what is stored? Asked before it serves: with a wrong keyring it
 * could read nothing, and would write what nobody else can read (case S6). The oldest, the newest and
 * one account stand for all. Throws `VaultError`.
 */
export async function checkKeys({ db, vault }: Pick<Parts, 'db' | 'vault'>): Promise<void> {
	const { rows } = await sql<{ key: string }>`
		(select key from cases where erased_at is null order by id limit 1)
		union (select key from cases where erased_at is null order by id desc limit 1)
		union (select key from staff order by id desc limit 1)`.execute(db);
	for (const { key } of rows) await vault.openCaseKey(key);
}
