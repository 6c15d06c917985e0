import type { Config } from './config.ts';
import { type Vault, VaultError } from './crypto/vault.ts';
import type { Database } from './db/connect.ts';
import { changeable } from './db/grant-role.ts';
import { checkKeys } from './flows/check-keys.ts';
import { missingConnections } from './flows/missing-connections.ts';
import type { Parts } from './parts.ts';

/** What must be right before anything is served; else the database is closed and the start ends. */
export async function checkStart(
	database: Database,
	vault: Vault,
	config: Config,
	log: Parts['log']
): Promise<void> {
	try {
		await checkRecord(database, config, log);
		await checkMasterKeys({ db: database.db, vault });
	} catch (error) {
		await database.close();
		throw error;
	}
}

/**
 * Could this process change the record of events and acts? Where a role was named that must not, it
 * does not start. Where none was, it is told and goes on: an installation from before there were two
 * roles must survive its upgrade, and the triggers and checkpoints hold there, too. The embedded
 * database is this process's own.
 */
async function checkRecord(
	{ kind, db }: Database,
	{ env, servingRole }: Config,
	log: Parts['log']
): Promise<void> {
	if (kind === 'embedded') return;
	const tables = await changeable(db);
	if (tables.length === 0) return;
	const told = `the database role of DATABASE_URL could change the record (${tables.join(', ')})`;
	if (servingRole !== null)
		throw new Error(`${told}: connect as ${servingRole}, see TAPDONE_SERVING_ROLE.`);
	if (env === 'production')
		log.warn({ tables }, `${told}: name one that cannot in TAPDONE_SERVING_ROLE`);
}

/** A wrong keyring could read nothing, and would write what nobody else can read (case S6). */
async function checkMasterKeys(parts: Pick<Parts, 'db' | 'vault'>): Promise<void> {
	await checkKeys(parts).catch((error: unknown) => {
		if (!(error instanceof VaultError)) throw error;
		throw new Error(
			'TAPDONE_MASTER_KEYS does not open what is stored: it lacks the key that wrote it. Nothing was changed.',
			{ cause: error }
		);
	});
}

export async function warnOfConnections(parts: Parts): Promise<void> {
	const missing = await missingConnections(parts).catch((error: unknown) => {
		parts.log.warn({ error }, 'the connections of the workflows could not be checked');
		return [];
	});
	for (const { workflow, connection } of missing)
		parts.log.warn(
			{ workflow, connection },
			'a published workflow needs a connection that TAPDONE_RECORDS does not name: it can send no code and book nothing'
		);
}
