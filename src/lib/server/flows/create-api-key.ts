import { v7 as uuid } from 'uuid';
import { keyNameSchema, type Scope } from '../../contracts/api.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { hashSecret, newSecret } from '../crypto/secrets.ts';
import { insertApiKey } from '../db/api-keys.ts';
import type { Parts } from '../parts.ts';

/**
 * A new API key. The token `tk_<id>_<secret>` is in the result and nowhere else: we keep its hash.
 *
 * - `bad-name`: not kebab-case of at most 40 characters.
 * - `name-taken`: a key of this name is not revoked yet.
 */
export async function createApiKey(
	{ db }: Pick<Parts, 'db'>,
	name: string,
	scopes: readonly Scope[]
): Promise<Result<{ id: string; token: string }, 'bad-name' | 'name-taken'>> {
	if (!keyNameSchema.safeParse(name).success) return fail('bad-name');
	const id = uuid();
	const secret = newSecret();
	const stored = await insertApiKey(db, { id, name, hash: hashSecret(secret), scopes });
	return stored ? ok({ id, token: `tk_${id.replaceAll('-', '')}_${secret}` }) : fail('name-taken');
}
