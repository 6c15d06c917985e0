import type { Factor } from '../../domain/identity/assurance.ts';
import { changeCaseIn, type Trx } from '../db/cases.ts';
import type { Db } from '../db/connect.ts';
import type { Parts } from '../parts.ts';
import { clearTries } from './factors.ts';

export interface Rebound {
	/** Ended by too many failures, and usable again now. */
	factors: Factor[];
	/** Open cases of this customer, whose timeline says so. */
	cases: number;
}

/**
 * Ends what only a person may end: the factors of a customer that 50 failures in a row have
 * disabled (case C11). One that is only locked is left to its half hour.
 * @param customer the reference in the system of record
 * @param by who made sure that it is the customer
 * @param why how they did; it stands in timelines, and is nothing personal
 */
export async function rebindFactor(
	parts: Pick<Parts, 'db' | 'vault'>,
	customer: string,
	{ by, why }: { by: string; why: string }
): Promise<Rebound> {
	const hash = parts.vault.hash('customer', customer);
	return parts.db.transaction().execute((trx) => rebindIn(trx, parts, hash, { by, why }));
}

/** The open cases of a customer, locked in the one order in which several are ever locked. */
export const lockOpenCases = (trx: Trx, customerHash: string): Promise<{ id: string }[]> =>
	trx
		.selectFrom('cases')
		.select('id')
		.where('customer_hash', '=', customerHash)
		.where('ended_at', 'is', null)
		.orderBy('id')
		.forUpdate()
		.execute();

/** The same inside a transaction that is open already, and holds no case but those of this customer. */
export async function rebindIn(
	trx: Trx,
	parts: Pick<Parts, 'vault'>,
	hash: string,
	{ by, why }: { by: string; why: string }
): Promise<Rebound> {
	// Cases before factors, as in every flow that fails a challenge.
	const cases = await lockOpenCases(trx, hash);
	const disabled = await endedFactors(trx, hash).forUpdate().execute();
	const factors = disabled.map(({ factor }) => factor);
	for (const factor of factors) await clearTries(trx, hash, factor);
	if (factors.length > 0)
		for (const { id } of cases)
			await changeCaseIn(trx, parts, id, `staff:${by}`, async (change) => {
				for (const factor of factors) change.must({ do: 'rebind-factor', factor, why });
				return Promise.resolve();
			});
	return { factors, cases: cases.length };
}

/** The factors of a customer that too many failures have ended. */
export const endedFactors = (db: Db, customerHash: string) =>
	db
		.selectFrom('factors')
		.select('factor')
		.where('customer_hash', '=', customerHash)
		.where('disabled_at', 'is not', null)
		.orderBy('factor');
