import type { Scope } from '../../contracts/api.ts';
import type { Actor } from '../../domain/case/events.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { hashSecret, newSecret, sameSecret } from '../crypto/secrets.ts';
import { findApiKey } from '../db/api-keys.ts';
import type { Parts } from '../parts.ts';

/** Who calls the API. */
export interface ApiCaller {
	id: string;
	name: string;
	/** As it stands in timelines. */
	actor: Actor;
}

const HEADER = /^Bearer tk_([0-9a-f]{32})_([A-Za-z0-9_-]{43})$/i;
/** What a key that does not exist is compared with, so that it takes as long as one that does. */
const NOBODY = hashSecret(newSecret());

/**
 * The caller behind an `Authorization` header.
 *
 * - `unauthorised`: missing, malformed, unknown, wrong or revoked; not told apart.
 * - `forbidden`: a good key without this scope.
 */
export async function checkApiKey(
	{ db }: Pick<Parts, 'db'>,
	header: string | null,
	scope: Scope
): Promise<Result<ApiCaller, 'unauthorised' | 'forbidden'>> {
	const [, hex, secret] = HEADER.exec(header ?? '') ?? [];
	if (!hex || !secret) return fail('unauthorised');
	const id = hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
	const key = await findApiKey(db, id);
	const same = sameSecret(key?.hash ?? NOBODY, hashSecret(secret));
	if (!key || !same) return fail('unauthorised');
	if (!key.scopes.includes(scope)) return fail('forbidden');
	return ok({ id, name: key.name, actor: `key:${key.name}` });
}
