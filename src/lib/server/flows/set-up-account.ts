import { sql } from 'kysely';
import { fail, ok, type Result } from '../../domain/result.ts';
import { hashPassword } from '../crypto/passwords.ts';
import { checkNewPassword, type PasswordFault } from '../crypto/password-rules.ts';
import { hashSecret } from '../crypto/secrets.ts';
import {
	newRecoveryCodes,
	newTotpSecret,
	recoveryHash,
	totpStep,
	totpUri
} from '../crypto/totp.ts';
import { qrPath } from '../crypto/qr.ts';
import { recordAct } from '../db/audit.ts';
import type { Db } from '../db/connect.ts';
import { endSessions } from '../db/staff.ts';
import type { Parts } from '../parts.ts';

/** An invitation that can still be used, and whose account it opens. */
export interface Invited {
	staff: string;
	email: string;
	name: string;
	key: string;
	now: Date;
}

/** Looks at an invitation and changes nothing; `null` if it is unknown, used or over. */
export async function readInvitation(
	{ db }: Pick<Parts, 'db'>,
	token: string
): Promise<Invited | null> {
	const { rows } = await sql<Invited>`
		select s.id as staff, s.email, s.name, s.key, now() as now
		from staff_invitations i join staff s on s.id = i.staff_id
		where i.hash = ${hashSecret(token)} and i.used_at is null and i.expires_at > now()
			and s.disabled_at is null`.execute(db);
	return rows[0] ?? null;
}

/** The app's secret as a picture, one path of unit squares, and as text to be typed. */
export interface SetUpPicture {
	secret: string;
	path: string;
	size: number;
}

/** A new secret's picture; one that was shown already stays the same. */
export function newSetUp(email: string, secret: string = newTotpSecret()): SetUpPicture {
	const { path, size } = qrPath(totpUri(secret, email));
	return { secret, path, size };
}

export interface AccountProof {
	password: string;
	/** The app's secret as it stood in the picture, and the code that proves it was taken over. */
	totp?: { secret: string; code: string } | undefined;
}

/**
 * Password and, unless the password is to stand alone, the authenticator app of an account. The
 * invitation is used up by one conditional statement.
 *
 * - `gone`: the invitation is used or over.
 * - `too-short`, `too-long`, `too-common`: the password.
 * - `wrong-code`: the app does not show what we expect.
 * @returns the recovery codes, shown this once; none without an app
 */
export async function setUpAccount(
	parts: Pick<Parts, 'db' | 'vault'>,
	token: string,
	{ password, totp }: AccountProof
): Promise<Result<{ recoveryCodes: string[] }, 'gone' | 'wrong-code' | PasswordFault>> {
	const invited = await readInvitation(parts, token);
	if (!invited) return fail('gone');
	const about = [invited.name, invited.email];
	const good = await checkNewPassword(password, { withTotp: totp !== undefined, about });
	if (!good.ok) return good;
	const step = totp ? totpStep(totp.secret, totp.code.replace(/\s/g, ''), invited.now) : 0;
	if (step === null) return fail('wrong-code');
	const key = await parts.vault.openCaseKey(invited.key);
	const sealed = totp ? await parts.vault.seal(key, totp.secret, 'staff.totp') : null;
	const hash = await hashPassword(password);
	const recoveryCodes = totp ? newRecoveryCodes() : [];
	return parts.db.transaction().execute(async (trx) => {
		if (!(await useInvitation(trx, token))) return fail('gone');
		await trx
			.updateTable('staff')
			.set({ password: hash, totp: sealed, totp_step: step })
			.where('id', '=', invited.staff)
			.execute();
		await storeRecoveryCodes(
			trx,
			invited.staff,
			recoveryCodes.map((code) => recoveryHash(parts.vault, invited.staff, code))
		);
		await endSessions(trx, { staff: invited.staff });
		await recordAct(trx, {
			actor: `staff:${invited.staff}`,
			act: 'set-up-account',
			object: `staff:${invited.staff}`,
			result: 'done',
			data: { totp: sealed !== null }
		});
		return ok({ recoveryCodes });
	});
}

async function useInvitation(trx: Db, token: string): Promise<boolean> {
	const used = await trx
		.updateTable('staff_invitations')
		.set({ used_at: sql<Date>`now()` })
		.where('hash', '=', hashSecret(token))
		.where('used_at', 'is', null)
		.where('expires_at', '>', sql<Date>`now()`)
		.executeTakeFirst();
	return used.numUpdatedRows === 1n;
}

async function storeRecoveryCodes(trx: Db, staff: string, hashes: string[]): Promise<void> {
	await trx.deleteFrom('staff_recovery_codes').where('staff_id', '=', staff).execute();
	if (hashes.length)
		await trx
			.insertInto('staff_recovery_codes')
			.values(hashes.map((hash) => ({ staff_id: staff, hash })))
			.execute();
}
