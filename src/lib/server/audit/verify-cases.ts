import { sql } from 'kysely';
import { chainHash } from '../crypto/chain.ts';
import type { Db } from '../db/connect.ts';
import type { Finding, Watch } from './finding.ts';

const PAGE = 5_000;
const FIRST = { caseId: '00000000-0000-0000-0000-000000000000', seq: 0 };

interface EventRow {
	caseId: string;
	seq: number;
	type: string;
	at: number;
	actor: string;
	data: string;
	hash: string;
	/** How many events the case itself says that it has; `null` when there is no such case. */
	stated: number | null;
}

/** After a case and an event, by the primary key. The hash of a row is made here, never there. */
async function page(db: Db, after: typeof FIRST, only: string | null): Promise<EventRow[]> {
	const { rows } = await sql<EventRow>`
		select e.case_id as "caseId", e.seq, e.type, (extract(epoch from e.at) * 1000000)::bigint as at,
			e.actor, e.data::text as data, encode(e.hash, 'hex') as hash, c.seq as stated
		from case_events e left join cases c on c.id = e.case_id
		where (e.case_id, e.seq) > (${after.caseId}::uuid, ${after.seq}::int)
			and (${only}::uuid is null or e.case_id = ${only}::uuid)
		order by e.case_id, e.seq limit ${PAGE}`.execute(db);
	return rows;
}

const wrong = ({ caseId }: Pick<EventRow, 'caseId'>, seq: number, what: string): Finding => ({
	where: `case ${caseId} event ${seq}`,
	what
});

/** Walks the chains of all cases, or of one; each finding names the first event that does not hold. */
export async function verifyCases(
	db: Db,
	watch: Watch,
	only: string | null = null
): Promise<number> {
	let events = 0;
	let last: EventRow | null = null;
	let before = '';
	let broken = false;
	const end = () => {
		if (last && !broken && last.stated !== last.seq)
			watch.found(
				wrong(
					last,
					last.seq + 1,
					`is missing: the case has ${last.stated ?? 'no row and no'} events`
				)
			);
	};
	for (let rows = await page(db, FIRST, only); rows.length; rows = await page(db, last!, only)) {
		for (const row of rows) {
			if (row.caseId !== last?.caseId) {
				end();
				[last, before, broken] = [null, '', false];
			}
			const fault: Finding | null = broken ? null : faultOf(row, (last?.seq ?? 0) + 1, before);
			if (fault) watch.found(fault);
			broken ||= fault !== null;
			[last, before] = [row, row.hash];
		}
		events += rows.length;
		watch.progress({ events, acts: 0, checkpoints: 0 });
		watch.signal?.throwIfAborted();
	}
	end();
	await withoutEvents(db, watch, only);
	return events;
}

function faultOf(row: EventRow, expected: number, before: string): Finding | null {
	const { caseId, seq, type, at, actor, data, hash } = row;
	if (seq !== expected) return wrong(row, expected, 'is missing');
	return chainHash(before, [caseId, seq, type, at, actor], data) === hash
		? null
		: wrong(row, seq, 'was changed, moved or put in: its hash does not hold');
}

async function withoutEvents(db: Db, watch: Watch, only: string | null): Promise<void> {
	const { rows } = await sql<{ id: string }>`
		select id from cases c where (${only}::uuid is null or id = ${only}::uuid)
			and not exists (select 1 from case_events e where e.case_id = c.id)
		order by id limit ${PAGE}`.execute(db);
	for (const { id } of rows) watch.found(wrong({ caseId: id }, 1, 'is missing: the case has none'));
}
