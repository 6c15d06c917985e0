import { type Kysely, sql } from 'kysely';
import type { Scope } from '../../contracts/api.ts';
import type { Schema } from './schema.ts';

type Db = Kysely<Schema>;

export interface ApiKeyRow {
	id: string;
	name: string;
	scopes: Scope[];
	createdAt: Date;
	revokedAt: Date | null;
}

/** A key that is not revoked, with the hash of its secret. */
export async function findApiKey(db: Db, id: string) {
	const row = await db
		.selectFrom('api_keys')
		.select(['id', 'name', 'hash', 'scopes'])
		.where('id', '=', id)
		.where('revoked_at', 'is', null)
		.executeTakeFirst();
	return row ? { ...row, scopes: row.scopes as Scope[] } : null;
}

/** Stores a key; `false` when a living key has that name, since timelines tell keys by name. */
export async function insertApiKey(
	db: Db,
	{ id, name, hash, scopes }: { id: string; name: string; hash: string; scopes: readonly Scope[] }
): Promise<boolean> {
	const { rows } = await sql`
		insert into api_keys (id, name, hash, scopes)
		select ${id}::uuid, ${name}::text, ${hash}::text, ${JSON.stringify(scopes)}::jsonb
		where not exists (select 1 from api_keys where name = ${name} and revoked_at is null)
		returning id`.execute(db);
	return rows.length === 1;
}

/** The newest first, revoked ones too. */
export async function listApiKeys(db: Db): Promise<ApiKeyRow[]> {
	const rows = await db
		.selectFrom('api_keys')
		.select(['id', 'name', 'scopes', 'created_at', 'revoked_at'])
		.orderBy('created_at', 'desc')
		.execute();
	return rows.map(({ id, name, scopes, created_at, revoked_at }) => ({
		id,
		name,
		scopes: scopes as Scope[],
		createdAt: created_at,
		revokedAt: revoked_at
	}));
}

/** Ends the living key of this name at once, on every node; `false` if there is none. */
export async function revokeApiKey(db: Db, name: string): Promise<boolean> {
	const revoked = await db
		.updateTable('api_keys')
		.set({ revoked_at: sql<Date>`now()` })
		.where('name', '=', name)
		.where('revoked_at', 'is', null)
		.executeTakeFirst();
	return revoked.numUpdatedRows > 0n;
}
