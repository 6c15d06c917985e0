import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import { ACT_COLUMNS, actHash, type SealedAct } from '../db/seals.ts';
import type { Watch } from './finding.ts';

const PAGE = 5_000;

type Row = { place: number; entryId: number; hash: string } & (SealedAct | { id: null });

/** Walks the chain of privileged acts. @returns how many it has */
export async function verifyActs(db: Db, watch: Watch): Promise<number> {
	let place = 0;
	let before = '';
	for (;;) {
		const { rows }: { rows: Row[] } = await sql<Row>`
			select s.place, s.entry_id as "entryId", encode(s.hash, 'hex') as hash, ${ACT_COLUMNS}
			from audit_seals s left join audit_entries e on e.id = s.entry_id
			where s.place > ${place} order by s.place limit ${PAGE}`.execute(db);
		for (const row of rows) {
			const where = `act ${row.entryId}`;
			if (row.place !== place + 1)
				watch.found({ where: `act at place ${place + 1}`, what: 'is missing' });
			else if (row.id === null) watch.found({ where, what: 'is missing' });
			else if (actHash(before, row.place, row) !== row.hash)
				watch.found({ where, what: 'was changed or moved: its hash does not hold' });
			place = row.place;
			before = row.hash;
		}
		watch.progress({ events: 0, acts: place, checkpoints: 0 });
		watch.signal?.throwIfAborted();
		if (rows.length < PAGE) return place;
	}
}
