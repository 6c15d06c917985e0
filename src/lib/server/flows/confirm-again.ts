import { sql } from 'kysely';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { samePassword } from '../crypto/passwords.ts';
import { hashSecret, newSecret } from '../crypto/secrets.ts';
import { raiseAlert } from '../db/alerts.ts';
import { countAgainst, roomFrom } from '../db/counters.ts';
import type { Parts } from '../parts.ts';
import { stepOf, useStep } from './pass-second-factor.ts';
import { recordWrong } from './sign-in.ts';
import { accountLimit, codeLimit, forget } from './staff-limits.ts';

/**
 * Proves once more who sits there, before something sensitive: the code of the app where there is one,
 * else the password. The session goes on under a new secret.
 *
 * - `wrong`, or `too-many` with the ISO instant from which there is room.
 */
export async function confirmAgain(
	parts: Pick<Parts, 'db' | 'vault'>,
	{ id, email, session }: Pick<Principal, 'id' | 'email' | 'session'>,
	proof: string
): Promise<Result<{ secret: string }, 'wrong' | 'too-many', string>> {
	const { db } = parts;
	const account = await db
		.selectFrom('staff')
		.select(['password', 'totp', 'key', sql<Date>`now()`.as('now')])
		.where('id', '=', id)
		.executeTakeFirstOrThrow();
	const { totp } = account;
	const limit = totp === null ? accountLimit(parts, email) : codeLimit(id);
	if (!(await countAgainst(db, limit))) {
		await raiseAlert(db, 'staff-sign-in', totp === null ? 'account' : 'code');
		return fail('too-many', ((await roomFrom(db, limit)) ?? new Date()).toISOString());
	}
	const step = totp === null ? null : await stepOf(parts, { ...account, totp }, proof);
	const same = totp === null && (await samePassword(account.password, proof));
	return db.transaction().execute(async (trx) => {
		if (!(same || (step !== null && (await useStep(trx, id, step))))) {
			await recordWrong(trx, id, 'confirm-again');
			return fail('wrong');
		}
		await forget(trx, limit);
		const secret = newSecret();
		const renewed = await trx
			.updateTable('staff_sessions')
			.set({
				secret_hash: hashSecret(secret),
				fresh_at: sql<Date>`now()`,
				seen_at: sql<Date>`now()`
			})
			.where('id', '=', session)
			.where('ended_at', 'is', null)
			.executeTakeFirst();
		return renewed.numUpdatedRows === 1n ? ok({ secret }) : fail('wrong');
	});
}
