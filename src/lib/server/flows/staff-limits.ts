import { SIGN_IN } from '../../domain/staff/limits.ts';
import type { Db } from '../db/connect.ts';
import type { Limit } from '../db/counters.ts';
import type { Parts } from '../parts.ts';

const limit = (key: string, { count, minutes }: { count: number; minutes: number }): Limit => ({
	key,
	most: count,
	seconds: minutes * 60
});

type Hashing = Pick<Parts, 'vault'>;

/** Passwords tried on one address, whether it has an account or not: neither can be told from the other. */
export const accountLimit = ({ vault }: Hashing, email: string): Limit =>
	limit(`staff-password-${vault.hash('limit', email)}`, SIGN_IN.perAccount);

/** @param source the keyed hash of an address */
export const sourceLimit = (source: string): Limit =>
	limit(`staff-source-${source}`, SIGN_IN.perSource);

/** Wrong passwords of all accounts and addresses together. */
export const EVERYWHERE: Limit = limit('staff-wrong-everywhere', SIGN_IN.wrongEverywhere);

/** Passwords of accounts that there are not: counted, and never at an end. */
export const UNKNOWN: Limit = { ...EVERYWHERE, key: 'staff-wrong-unknown', most: 2 ** 30 };

export const codeLimit = (staff: string): Limit =>
	limit(`staff-code-${staff}`, SIGN_IN.codesPerAccount);

/** After a success the count of failures begins anew: it is about consecutive ones. */
export async function forget(db: Db, { key }: Pick<Limit, 'key'>): Promise<void> {
	await db.deleteFrom('counters').where('key', '=', key).execute();
}
