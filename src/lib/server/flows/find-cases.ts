import { sql } from 'kysely';
import type { FoundCase } from '../../contracts/desk-lists.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { inScope, scopeOf } from '../db/desk.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';

const MOST_FOUND = 50;

/**
 * The cases of one customer by their reference in the system of record, found by its keyed hash;
 * only those that this account sees, and of others not even how many (case F2).
 */
export async function findCases(
	{ db, vault }: Pick<Parts, 'db' | 'vault'>,
	principal: Principal,
	customer: string
): Promise<Result<FoundCase[], 'forbidden'>> {
	const scope = await scopeOf(db, principal);
	if (!scope) return fail('forbidden');
	const hash = vault.hash('customer', customer.trim());
	const { rows } = await sql<{
		id: string;
		workflow: string;
		version: number;
		stage: string;
		opened_at: Date;
		open: number;
	}>`
		select c.id, c.workflow, c.version, c.stage, c.opened_at, (select count(*)::int from exceptions e
			where e.case_id = c.id and e.state = 'open' and ${inScope(scope)}) as open
		from cases c where c.customer_hash = ${hash} and (${scope.all} or exists (
			select 1 from exceptions e where e.case_id = c.id and ${inScope(scope)}))
		order by c.id desc limit ${MOST_FOUND}`.execute(db);
	return ok(
		await Promise.all(
			rows.map(async ({ id, workflow, version, stage, opened_at, open }) => {
				const { document } = await loadWorkflow(db, workflow, version);
				const { title, zone } = document;
				return { id, title, zone, stage, openedAt: opened_at.toISOString(), open };
			})
		)
	);
}
