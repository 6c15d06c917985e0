import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { CaseEvent } from '../../src/lib/domain/case/events.ts';
import { type CaseState, fold, NEW_CASE } from '../../src/lib/domain/case/state.ts';
import type { Db } from '../../src/lib/server/db/connect.ts';

const BATCH = 500;

interface Row {
	id: string;
	state: CaseState;
	events: CaseEvent[];
}

/** The stored state of a case is the fold of its events, all of it. */
export async function eventViolations(db: Db): Promise<Record<string, string[]>> {
	const wrong: string[] = [];
	let after = '00000000-0000-0000-0000-000000000000';
	for (;;) {
		const { rows } = await sql<Row>`
			select c.id, c.state, (select jsonb_agg(e.data || jsonb_build_object('type', e.type)
				order by e.seq) from case_events e where e.case_id = c.id) as events
			from cases c where c.id > ${after} order by c.id limit ${BATCH}`.execute(db);
		for (const { id, state, events } of rows)
			if (!isDeepStrictEqual(fold(NEW_CASE, events), state)) wrong.push(id);
		const last = rows.at(-1);
		if (!last) return { 'a state is the fold of its events': wrong };
		after = last.id;
	}
}
