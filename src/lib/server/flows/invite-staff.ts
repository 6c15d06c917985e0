import { INVITATION_HOURS } from '../../domain/staff/limits.ts';
import { hashSecret, newSecret } from '../crypto/secrets.ts';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';

/**
 * A way into an account that has no password yet, or has lost it: one use, a day, and it makes every
 * earlier one void.
 * @returns the token of `/sign-in/set-up/…`; only its hash is stored
 */
export async function inviteStaff(trx: Db, staff: string): Promise<string> {
	const token = newSecret();
	await trx
		.updateTable('staff_invitations')
		.set({ used_at: sql<Date>`now()` })
		.where('staff_id', '=', staff)
		.where('used_at', 'is', null)
		.execute();
	await trx
		.insertInto('staff_invitations')
		.values({
			hash: hashSecret(token),
			staff_id: staff,
			expires_at: sql<Date>`now() + make_interval(hours => ${INVITATION_HOURS}::int)`
		})
		.execute();
	return token;
}
