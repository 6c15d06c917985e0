import { sql } from 'kysely';
import { fail, ok, type Result } from '../../domain/result.ts';
import { samePassword } from '../crypto/passwords.ts';
import { raiseAlert } from '../db/alerts.ts';
import { recordAct } from '../db/audit.ts';
import type { Db } from '../db/connect.ts';
import { countAgainst, roomFrom } from '../db/counters.ts';
import type { Parts } from '../parts.ts';
import { beginSession } from './begin-session.ts';
import { accountLimit, EVERYWHERE, forget, sourceLimit, UNKNOWN } from './staff-limits.ts';

export interface SignedIn {
	/** For the cookie. */
	secret: string;
	/** The second factor is still to come: the session opens nothing yet. */
	half: boolean;
}

/**
 * Password of an account. Every try is counted before it is compared, per account and per source,
 * over all nodes; a success begins the account's count anew. `source` is the keyed hash of an address.
 *
 * - `wrong`: no such account, wrong password, disabled or not set up; not told apart, also in time.
 * - `too-many`: not compared; the detail tells from when there is room, as ISO instant.
 */
export async function signIn(
	parts: Pick<Parts, 'db' | 'vault'>,
	given: { email: string; password: string; source: string }
): Promise<Result<SignedIn, 'wrong' | 'too-many', string>> {
	const { db } = parts;
	const email = given.email.trim().toLowerCase();
	const perAccount = accountLimit(parts, email);
	const perSource = sourceLimit(given.source);
	for (const one of [perSource, perAccount])
		if (!(await countAgainst(db, one))) {
			const until = await roomFrom(db, one);
			await raiseAlert(db, 'staff-sign-in', one === perSource ? 'source' : 'account');
			return fail('too-many', (until ?? new Date()).toISOString());
		}
	const account = await db
		.selectFrom('staff')
		.select(['id', 'password', 'totp', 'disabled_at'])
		.where('email', '=', email)
		.executeTakeFirst();
	const usable = account && !account.disabled_at ? account : undefined;
	const same = await samePassword(usable?.password ?? null, given.password);
	if (!usable || !same) {
		await watchForSpray(db);
		// Where there is no account something is written, too: it must not take less time (case R4).
		if (account) await recordWrong(db, account.id, 'sign-in');
		else await countAgainst(db, UNKNOWN);
		return fail('wrong');
	}
	return db.transaction().execute(async (trx) => {
		if (!(await isUnchanged(trx, usable))) return fail('wrong');
		await forget(trx, perAccount);
		const half = usable.totp !== null;
		const secret = await beginSession(trx, { staff: usable.id, complete: !half });
		if (!half) await recordSignIn(trx, usable.id, 'password');
		return ok({ secret, half });
	});
}

/**
 * Is the account still as it was when the password was compared? That takes a while, and one that was
 * reset or disabled in between opens nothing; the row is locked against a change from here on.
 */
async function isUnchanged(
	trx: Db,
	{ id, password, totp }: { id: string; password: string | null; totp: string | null }
): Promise<boolean> {
	const { rows } = await sql`select 1 from staff
		where id = ${id} and disabled_at is null and password = ${password}
			and totp is not distinct from ${totp}::text for share`.execute(trx);
	return rows.length === 1;
}

/**
 * One more wrong password anywhere. Many from many addresses, few on each account, stay below every
 * limit of a source and an account: operations are told. Nobody is refused for it, or a stranger could
 * lock everybody out.
 */
async function watchForSpray(db: Db): Promise<void> {
	if (!(await countAgainst(db, EVERYWHERE))) await raiseAlert(db, 'staff-sign-in', 'everywhere');
}

/** A proof that was wrong, for the owner of the account to be found with; of how many, the limits say. */
export const recordWrong = (
	db: Db,
	staff: string,
	act: 'sign-in' | 'second-factor' | 'confirm-again'
): Promise<void> =>
	recordAct(db, { actor: 'system', act, object: `staff:${staff}`, result: 'wrong' });

/** The record of a sign-in, in its transaction. */
export const recordSignIn = (trx: Parts['db'], staff: string, by: string): Promise<void> =>
	recordAct(trx, {
		actor: `staff:${staff}`,
		act: 'sign-in',
		object: `staff:${staff}`,
		result: 'done',
		data: { by }
	});
