import { sql } from 'kysely';
import type { ErasureView } from '../../contracts/erasure.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import type { Parts } from '../parts.ts';

const PAGE = 50;

/** Requests and what became of them, the newest first; `next` is where the page after it begins. */
export async function listErasures(
	{ db }: Pick<Parts, 'db'>,
	{ id }: Pick<Principal, 'id'>,
	after: string | null
): Promise<{ erasures: ErasureView[]; next: string | null }> {
	const { rows } = await sql<Omit<ErasureView, 'own'> & { by: string }>`
		select e.id, e.state, e.reason, e.receipt, e.requested_by as by,
			coalesce(asked.name, e.requested_by) as "requestedBy", e.requested_at as "requestedAt",
			coalesce(decided.name, e.decided_by) as "decidedBy", e.decided_at as "decidedAt",
			case e.state
				when 'requested' then (select count(*) from cases c where c.customer_hash = e.customer_hash)
				when 'erased' then (select (a.data->>'cases')::int from audit_entries a
					where a.object = 'erasure:' || e.id and a.act = 'approve-erasure' and a.result = 'done')
			end as cases
		from erasures e
			left join staff asked on 'staff:' || asked.id = e.requested_by
			left join staff decided on 'staff:' || decided.id = e.decided_by
		where ${after}::uuid is null or e.id < ${after}::uuid
		order by e.id desc limit ${PAGE + 1}`.execute(db);
	const erasures = rows.slice(0, PAGE).map(({ by, ...row }) => ({
		...row,
		requestedAt: new Date(row.requestedAt).toISOString(),
		decidedAt: row.decidedAt && new Date(row.decidedAt).toISOString(),
		own: by === `staff:${id}`
	}));
	return { erasures, next: rows.length > PAGE ? (erasures.at(-1)?.id ?? null) : null };
}
