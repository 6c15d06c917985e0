import { sql } from 'kysely';
import type { FactorsState, Reachable } from '../../domain/identity/next-challenge.ts';
import { FACTOR, FACTS } from '../../domain/identity/limits.ts';
import type { Factor } from '../../domain/identity/assurance.ts';
import type { CaseState } from '../../domain/case/state.ts';
import { raiseAlert } from '../db/alerts.ts';
import type { Trx } from '../db/cases.ts';
import { counted } from '../db/counters.ts';
import type { Db } from '../db/connect.ts';
import type { Parts } from '../parts.ts';

/** One person's wrong facts of a day, over all links. */
export const factsOfDay = (customerHash: string) => ({
	key: `facts:${customerHash}`,
	most: FACTS.perDay,
	seconds: 86_400
});

/** What is counted of a person's factors, for `nextChallenge`. */
export async function readFactors(
	db: Db,
	customerHash: string,
	state: CaseState,
	reachable: Reachable
): Promise<{ factors: FactorsState; now: Date }> {
	// One row for each factor that was ever counted, or one with the clock alone.
	const { rows } = await sql<{
		now: Date;
		factor: string | null;
		locked_until: Date | null;
		disabled_at: Date | null;
	}>`
		select now() as now, f.factor, f.locked_until, f.disabled_at
		from (values (1)) as once
		left join factors f on f.customer_hash = ${customerHash}`.execute(db);
	const of = (factor: Factor) => {
		const row = rows.find((one) => one.factor === factor);
		return { lockedUntil: row?.locked_until ?? null, disabled: Boolean(row?.disabled_at) };
	};
	return {
		now: rows[0]?.now ?? new Date(),
		factors: {
			code: { ...of('code'), deadChallenges: state.failures.code },
			facts: {
				...of('known-facts'),
				failuresOnCase: state.failures['known-facts'],
				failuresToday: await counted(db, factsOfDay(customerHash))
			},
			reachable
		}
	};
}

/**
 * Counts a failure before the comparison, so that parallel tries cannot share one count; a success
 * takes it back. One conditional statement, over all nodes and links of this person.
 * @returns what the try leads to if it fails, for `alertFailure`; `null` while the factor is locked
 * or disabled: nothing may be compared
 */
export async function reserveTry(
	trx: Trx,
	customerHash: string,
	factor: Factor
): Promise<ReservedTry | null> {
	const { rows } = await sql<ReservedTry>`
		insert into factors (customer_hash, factor, consecutive) values (${customerHash}, ${factor}, 1)
		on conflict (customer_hash, factor) do update set
			consecutive = factors.consecutive + 1,
			locked_until = case when (factors.consecutive + 1) % ${FACTOR.lockAt}::int = 0
				then now() + make_interval(mins => ${FACTOR.lockMinutes}::int)
				else factors.locked_until end,
			disabled_at = case when factors.consecutive + 1 >= ${FACTOR.disableAt}::int then now() end
		where factors.disabled_at is null
			and (factors.locked_until is null or factors.locked_until <= now())
		returning disabled_at is not null as disables, consecutive % ${FACTOR.lockAt}::int = 0 as locks`.execute(
		trx
	);
	return rows[0] ?? null;
}

/** The row of a factor that is locked or disabled now: nothing may be compared. */
export const closed = (trx: Trx, customerHash: string, factor: Factor) =>
	trx
		.selectFrom('factors')
		.select('factor')
		.where('customer_hash', '=', customerHash)
		.where('factor', '=', factor)
		.where((eb) =>
			eb.or([eb('disabled_at', 'is not', null), eb('locked_until', '>', sql<Date>`now()`)])
		);

interface ReservedTry {
	locks: boolean;
	disables: boolean;
}

/** Operations hear of a lock: it may be a stranger who holds the customer's link (case C8). */
export async function alertFailure(trx: Trx, factor: Factor, tried: ReservedTry): Promise<void> {
	if (tried.disables) await raiseAlert(trx, 'factor-disabled', factor);
	else if (tried.locks) await raiseAlert(trx, 'factor-locked', factor);
}

/** A success ends the row of failures. */
export async function clearTries(trx: Trx, customerHash: string, factor: Factor): Promise<void> {
	await trx
		.updateTable('factors')
		.set({ consecutive: 0, locked_until: null, disabled_at: null })
		.where('customer_hash', '=', customerHash)
		.where('factor', '=', factor)
		.execute();
}

export type Identifying = Pick<
	Parts,
	'db' | 'vault' | 'jobs' | 'records' | 'metrics' | 'log' | 'crash'
>;
