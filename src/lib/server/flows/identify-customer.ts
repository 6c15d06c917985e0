import { exceptionType, outcomeOf } from '../../domain/exceptions/outcomes.ts';
import { FACTS } from '../../domain/identity/limits.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { changeCaseIn } from '../db/cases.ts';
import { type CloseRefusal, closeException, type Closing, mayClose } from './close-exception.ts';
import { noteDown, readNote } from './keep-note.ts';
import { lockOpenCases, rebindIn } from './rebind-factor.ts';
import {
	type ActDetail,
	type ActRefusal,
	caseOf,
	type Held,
	type Working,
	workHeld
} from './work-exception.ts';

/** - `outcome-not-allowed`: exceptions of this type are not closed by finding out who it is. */
export type IdentifyRefusal = ActRefusal | CloseRefusal | 'outcome-not-allowed' | 'bad-text';

/**
 * A person made sure on another way who the customer is: the exception is closed, and what too many
 * failures had ended is bound again for this customer, in all of their cases (case C11), in one
 * transaction. A factor that is only locked keeps its half hour, and whoever goes on has to prove who
 * they are all the same.
 * @param why how they made sure; kept sealed with the case
 */
export async function identifyCustomer(
	parts: Working & Closing,
	principal: Pick<Principal, 'id'>,
	id: string,
	why: string
): Promise<Result<{ caseId: string }, IdentifyRefusal, ActDetail | undefined>> {
	const reason = readNote(why);
	if (!reason.ok) return fail('bad-text');
	const caseId = await caseOf(parts, id);
	if (!caseId) return fail('not-found');
	const by = principal.id;
	return parts.db.transaction().execute(async (trx) => {
		const { customer_hash: hash } = await trx
			.selectFrom('cases')
			.select('customer_hash')
			.where('id', '=', caseId)
			.executeTakeFirstOrThrow();
		// All at once and before the own one: two of the same customer's cases never wait for each other.
		await lockOpenCases(trx, hash);
		let outcome = '';
		const closed = await changeCaseIn(trx, parts, caseId, `staff:${by}`, (change) =>
			workHeld<{ caseId: string }, IdentifyRefusal, ActDetail | undefined>(
				change,
				principal,
				id,
				async (held) => {
					const found = await closeIdentified(parts, held, reason.value);
					if (found.ok) outcome = found.value;
					return found.ok ? ok({ caseId }) : fail(found.reason);
				}
			)
		);
		if (closed.ok) await rebindIn(trx, parts, hash, { by, why: outcome });
		return closed;
	});
}

async function closeIdentified(
	parts: Closing,
	held: Held,
	why: string
): Promise<Result<string, CloseRefusal | 'outcome-not-allowed'>> {
	const { exception, workflow } = held;
	const outcome = outcomeOf(exceptionType(workflow.document, exception.type), 'identify');
	if (!outcome) return fail('outcome-not-allowed');
	const may = mayClose(held, outcome);
	if (!may.ok) return fail(may.reason);
	await noteDown(parts, held, 'identify-customer', why);
	// Facts that were tried too often on this link alone are no factor that ended, and count anew, too.
	if (held.state.failures['known-facts'] >= FACTS.perCase)
		held.must({ do: 'rebind-factor', factor: 'known-facts', why: outcome.id });
	await closeException(parts, held, outcome);
	return ok(outcome.id);
}
