import { sql } from 'kysely';
import type { PublicKeys } from '../crypto/signer.ts';
import type { Db } from '../db/connect.ts';
import type { Kept } from '../outside/port.ts';
import type { Finding, Watch } from './finding.ts';
import { verifyActs } from './verify-acts.ts';
import { verifyCases } from './verify-cases.ts';
import { verifyCheckpoints } from './verify-checkpoints.ts';
import { verifyCoverage } from './verify-coverage.ts';

export interface Verified {
	events: number;
	acts: number;
	/** The number of the last checkpoint; 0 for none. */
	checkpoints: number;
	/** In the order in which they were found, the chains of cases first. */
	findings: Finding[];
}

/**
 * Verifies the whole record: chains of cases, the chain of acts, checkpoints and what they cover. Of
 * the database it takes rows only: every hash is made here, so it may be a restored dump of one that
 * nobody trusts.
 * @param outside the checkpoints in the files; `null` when there are none to compare with
 */
export async function verifyRecord(
	db: Db,
	keys: PublicKeys,
	outside: readonly Kept[] | null,
	{ progress, signal }: Omit<Watch, 'found'>
): Promise<Verified> {
	const findings: Finding[] = [];
	const done = { events: 0, acts: 0, checkpoints: 0 };
	const watch: Watch = {
		signal,
		found: (finding) => void findings.push(finding),
		progress: (step) =>
			progress({
				events: done.events + step.events,
				acts: done.acts + step.acts,
				checkpoints: step.checkpoints
			})
	};
	// Everything as it stood at one moment: what happens meanwhile is verified the next time.
	return db
		.transaction()
		.setIsolationLevel('repeatable read')
		.setAccessMode('read only')
		.execute(async (trx) => {
			await sql`set local statement_timeout = 0`.execute(trx);
			await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx);
			done.events = await verifyCases(trx, watch);
			done.acts = await verifyActs(trx, watch);
			const last = await verifyCheckpoints(trx, keys, outside, watch);
			if (last) await verifyCoverage(trx, last, watch);
			return { ...done, checkpoints: last?.number ?? 0, findings };
		});
}
