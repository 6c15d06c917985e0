import { sql } from 'kysely';
import type { Links } from '../../src/lib/server/crypto/links.ts';
import type { Vault } from '../../src/lib/server/crypto/vault.ts';
import type { Db } from '../../src/lib/server/db/connect.ts';
import type { Effect } from '../support/memory-faults.ts';
import { eventViolations } from './invariants-events.ts';
import { plainViolations } from './invariants-plain.ts';
import { sealedViolations } from './invariants-sealed.ts';
import { ALWAYS, SETTLED } from './invariants-sql.ts';

export interface Checked {
	db: Db;
	vault: Vault;
	links: Links;
	/** Everything that took effect at the system of record, repeats included. */
	effects: Effect[];
	/** Matches every personal value of the run (PostgreSQL's regular expressions). */
	personal: string;
	/** True when faults are healed and everything that was due has run. */
	settled: boolean;
}

/** Rows that are named of one broken rule: enough to look at, few enough to read. */
const MOST_NAMED = 5;

/**
 * What always holds (DESIGN §3), read from the tables, the sealed columns and the system of record.
 * @returns one line a broken rule with the ids of rows that break it; empty when everything holds
 */
export async function violations(checked: Checked): Promise<string[]> {
	const rules = checked.settled ? { ...ALWAYS, ...SETTLED } : ALWAYS;
	return checked.db.transaction().execute(async (trx) => {
		// Ten thousand cases take a while to unseal, between two statements.
		await sql`set local statement_timeout = 0`.execute(trx);
		await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx);
		await sql`create temporary table effects (ours text) on commit drop`.execute(trx);
		const seen = JSON.stringify(checked.effects.map(({ reference }) => reference));
		await sql`insert into effects select jsonb_array_elements_text(${seen}::jsonb)`.execute(trx);
		const broken: string[] = [];
		for (const [rule, query] of Object.entries(rules)) {
			const { rows } = await sql.raw<{ id: unknown }>(query).execute(trx);
			if (rows.length)
				broken.push(
					line(
						rule,
						rows.map(({ id }) => String(id))
					)
				);
		}
		const rest = {
			...(await eventViolations(trx)),
			...(await sealedViolations({ ...checked, db: trx })),
			...(await plainViolations(trx, checked.personal))
		};
		for (const [rule, ids] of Object.entries(rest)) if (ids.length) broken.push(line(rule, ids));
		return broken;
	});
}

const line = (rule: string, ids: string[]): string => {
	const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
	return `not so: ${rule}: ${ids.slice(0, MOST_NAMED).join(', ')}${more}`;
};
