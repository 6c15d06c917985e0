import { changeCase, type LoadedCase } from '../db/cases.ts';
import type { Db } from '../db/connect.ts';
import type { Parts } from '../parts.ts';

/**
 * Notes that the customer began an action, once for each of a case, in one transaction with what is
 * kept because of it. Whoever began it before pays no more than for that.
 */
export async function noteChoice(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	{ row, state }: Pick<LoadedCase, 'row' | 'state'>,
	action: string,
	keep?: (db: Db) => Promise<void>
): Promise<void> {
	if (state.chosen.includes(action)) return keep?.(parts.db);
	await changeCase(parts, row.id, { actor: 'customer', flow: 'choose-action' }, async (change) => {
		// Ended a moment ago: what is kept leads nowhere then, and the next page says so.
		change.decide({ do: 'choose-action', action });
		await keep?.(change.trx);
	});
}
