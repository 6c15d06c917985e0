import { v7 as uuid } from 'uuid';
import { hashSecret, newSecret } from '../crypto/secrets.ts';
import type { Db } from '../db/connect.ts';

/** A new session of an account; what is stored of its secret is the hash. */
export async function beginSession(
	trx: Db,
	{ staff, complete }: { staff: string; complete: boolean }
): Promise<string> {
	const secret = newSecret();
	await trx
		.insertInto('staff_sessions')
		.values({ id: uuid(), secret_hash: hashSecret(secret), staff_id: staff, complete })
		.execute();
	return secret;
}
