import { sql } from 'kysely';
import {
	type Breaker,
	type CallOutcome,
	CLOSED,
	mayCall,
	PROBE_SECONDS,
	recordOutcome,
	takeProbe,
	type Turn
} from '../../domain/writeback/breaker.ts';
import type { Parts } from '../parts.ts';
import type { Db } from './connect.ts';

type Used = Pick<Parts, 'db' | 'crash'>;

/** The row that all nodes share, and the database's clock; `null` while nothing ever went wrong. */
export async function loadBreaker(
	db: Db,
	name: string,
	lock = false
): Promise<{ breaker: Breaker; now: Date } | null> {
	let query = db
		.selectFrom('connections')
		.selectAll()
		.select(sql<Date>`now()`.as('now'))
		.where('name', '=', name);
	if (lock) query = query.forUpdate();
	const row = await query.executeTakeFirst();
	if (!row) return null;
	const breaker: Breaker = {
		timeouts: row.timeouts,
		recent: row.recent as boolean[],
		openedAt: row.opened_at,
		probeAt: row.probe_at,
		closedAt: row.closed_at
	};
	return { breaker, now: row.now };
}

async function store(db: Db, name: string, { timeouts, recent, ...times }: Breaker) {
	const { openedAt, probeAt, closedAt } = times;
	const values = {
		timeouts,
		recent: JSON.stringify(recent),
		opened_at: openedAt,
		probe_at: probeAt,
		closed_at: closedAt
	};
	await db.updateTable('connections').set(values).where('name', '=', name).execute();
}

const isUntroubled = ({ openedAt, timeouts, recent }: Breaker) =>
	!openedAt && timeouts === 0 && !recent.includes(true);

/** Seconds to wait while the breaker is open, 0 when a call can be asked for. Takes nothing. */
export async function lookAtBreaker(db: Db, name: string, turn: Turn | undefined): Promise<number> {
	const seen = await loadBreaker(db, name);
	const looked = seen && mayCall(seen.breaker, seen.now, turn);
	return looked?.call === 'no' ? looked.retryAfterSeconds : 0;
}

/**
 * Asks for one call over all nodes: seconds to wait while the breaker is open, 0 when it may go.
 * @param turn of a job; without one it is a person's call
 */
export async function askBreaker(
	{ db, crash }: Used,
	name: string,
	turn: Turn | undefined
): Promise<number> {
	const seen = await loadBreaker(db, name);
	if (!seen) return 0;
	const looked = mayCall(seen.breaker, seen.now, turn);
	if (looked.call === 'no') return looked.retryAfterSeconds;
	if (looked.call === 'yes') return 0;
	const seconds = await db.transaction().execute(async (trx) => {
		const held = await loadBreaker(trx, name, true);
		if (!held) return 0;
		const permission = mayCall(held.breaker, held.now, turn);
		if (permission.call === 'no') return permission.retryAfterSeconds;
		if (permission.call === 'yes') return 0;
		// The row is locked: only one caller takes the probe.
		await store(trx, name, takeProbe(held.breaker, held.now));
		crash('take-probe:before-commit');
		return 0;
	});
	if (seconds === 0) crash('take-probe:after-commit');
	return seconds;
}

/**
 * Opens it at once, for what no further call could change; open already, its next probe is put off.
 * @returns whether it was closed until now: of many that find out together one is told so
 */
export async function openBreaker(db: Db, name: string): Promise<boolean> {
	const probe = sql<Date>`now() + make_interval(secs => ${PROBE_SECONDS})`;
	const opened = await db
		.insertInto('connections')
		.values({ name, recent: '[]', opened_at: sql<Date>`now()`, probe_at: probe })
		.onConflict((conflict) =>
			conflict
				.column('name')
				.doUpdateSet({ opened_at: sql<Date>`now()`, probe_at: probe, closed_at: null })
				.where('connections.opened_at', 'is', null)
		)
		.returning('name')
		.executeTakeFirst();
	if (opened) return true;
	await db.updateTable('connections').set({ probe_at: probe }).where('name', '=', name).execute();
	return false;
}

/** What one call made of the breaker, if anything. */
type Turned = { to: 'opened' } | { to: 'closed'; since: Date } | null;

/**
 * Counts a call. A success on an untroubled connection is not written: it would change nothing, and
 * every call would wait for the one row.
 */
export async function tellBreaker(
	{ db, crash }: Used,
	name: string,
	outcome: CallOutcome
): Promise<Turned> {
	if (outcome === 'ok') {
		const seen = await loadBreaker(db, name);
		if (!seen || isUntroubled(seen.breaker)) return null;
	}
	const turned = await db.transaction().execute(async (trx): Promise<Turned> => {
		await trx
			.insertInto('connections')
			.values({ name, recent: '[]' })
			.onConflict((conflict) => conflict.doNothing())
			.execute();
		const held = await loadBreaker(trx, name, true);
		const before = held?.breaker ?? CLOSED;
		const after = recordOutcome(before, outcome, held?.now ?? new Date());
		await store(trx, name, after);
		const since = before.openedAt && after.closedAt;
		// Turns of the recovery before this one are nobody's any more.
		if (since)
			await trx.updateTable('connections').set({ running: 0 }).where('name', '=', name).execute();
		crash('tell-breaker:before-commit');
		if (since) return { to: 'closed', since };
		return !before.openedAt && after.openedAt ? { to: 'opened' } : null;
	});
	crash('tell-breaker:after-commit');
	return turned;
}
