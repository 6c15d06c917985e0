import { fail, ok, type Result } from '../../domain/result.ts';
import { hashSecret } from '../crypto/secrets.ts';
import { recoveryHash, totpStep } from '../crypto/totp.ts';
import { raiseAlert } from '../db/alerts.ts';
import { countAgainst, roomFrom } from '../db/counters.ts';
import type { Db } from '../db/connect.ts';
import { endSessions, findHalfSession } from '../db/staff.ts';
import { sql } from 'kysely';
import type { Parts } from '../parts.ts';
import { beginSession } from './begin-session.ts';
import { recordSignIn, recordWrong } from './sign-in.ts';
import { codeLimit, forget } from './staff-limits.ts';

/**
 * Code of the authenticator app, or a recovery code. A step and a recovery code take effect once, over
 * all nodes: one conditional statement each (case D8). The half session ends; the whole one has a new
 * secret.
 *
 * - `gone`: the password has to be given again.
 * - `wrong`, or `too-many` with the ISO instant from which there is room.
 */
export async function passSecondFactor(
	parts: Pick<Parts, 'db' | 'vault'>,
	{ secret, code }: { secret: string; code: string }
): Promise<Result<{ secret: string }, 'gone' | 'wrong' | 'too-many', string>> {
	const { db } = parts;
	const half = await findHalfSession(db, hashSecret(secret));
	if (!half) return fail('gone');
	const limit = codeLimit(half.staff);
	if (!(await countAgainst(db, limit))) {
		await raiseAlert(db, 'staff-sign-in', 'code');
		return fail('too-many', ((await roomFrom(db, limit)) ?? new Date()).toISOString());
	}
	const step = await stepOf(parts, half, code);
	return db.transaction().execute(async (trx) => {
		const by = step === null ? 'recovery-code' : 'totp';
		const passed =
			step === null
				? await useRecoveryCode(trx, half.staff, recoveryHash(parts.vault, half.staff, code))
				: await useStep(trx, half.staff, step);
		if (!passed) {
			await recordWrong(trx, half.staff, 'second-factor');
			return fail('wrong');
		}
		// The account was changed meanwhile, or this half was made whole already.
		if ((await endSessions(trx, { session: half.id })) === 0) return fail('gone');
		await forget(trx, limit);
		const whole = await beginSession(trx, { staff: half.staff, complete: true });
		await recordSignIn(trx, half.staff, by);
		return ok({ secret: whole });
	});
}

/** The time step whose code this is, for an account with an authenticator app. */
export async function stepOf(
	{ vault }: Pick<Parts, 'vault'>,
	{ key, totp, now }: { key: string; totp: string; now: Date },
	code: string
): Promise<number | null> {
	const opened = await vault.openCaseKey(key);
	return totpStep(
		await vault.open<string>(opened, totp, 'staff.totp'),
		code.replace(/\s/g, ''),
		now
	);
}

/** Steps only rise: the same code twice, and an older one, are refused. */
export async function useStep(trx: Db, staff: string, step: number): Promise<boolean> {
	const used = await trx
		.updateTable('staff')
		.set({ totp_step: step })
		.where('id', '=', staff)
		.where('totp_step', '<', step)
		.executeTakeFirst();
	return used.numUpdatedRows === 1n;
}

async function useRecoveryCode(trx: Db, staff: string, hash: string): Promise<boolean> {
	const used = await trx
		.updateTable('staff_recovery_codes')
		.set({ used_at: sql<Date>`now()` })
		.where('staff_id', '=', staff)
		.where('hash', '=', hash)
		.where('used_at', 'is', null)
		.executeTakeFirst();
	return used.numUpdatedRows === 1n;
}
