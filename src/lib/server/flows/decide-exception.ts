import { decisions, exceptionType } from '../../domain/exceptions/outcomes.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type CloseRefusal, closeException, type Closing, mayClose } from './close-exception.ts';
import { noteDown, readOptionalNote } from './keep-note.ts';
import {
	type ActDetail,
	type ActRefusal,
	type Held,
	type Working,
	workException
} from './work-exception.ts';

/** - `outcome-not-allowed`: the type of the exception does not name it, or it needs its own act. */
export type DecideRefusal = ActRefusal | CloseRefusal | 'outcome-not-allowed' | 'bad-text';

/** Closes an exception with one of the outcomes that its type allows; the customer is told. */
export async function decideException(
	parts: Working & Closing,
	principal: Principal,
	id: string,
	{ outcome: wanted, note }: { outcome: string; note?: string | undefined }
): Promise<Result<{ caseId: string }, DecideRefusal, ActDetail | undefined>> {
	const written = readOptionalNote(note);
	if (!written.ok) return fail('bad-text');
	const order = { outcome: wanted, note: written.value };
	return workException(parts, principal, id, (held) => decideHeld(parts, held, order));
}

/** The same with an exception that is held, and words that were read. Refuses before it decides anything. */
export async function decideHeld(
	parts: Closing,
	held: Held,
	{ outcome: wanted, note }: { outcome: string; note: string | null }
): Promise<Result<{ caseId: string }, CloseRefusal | 'outcome-not-allowed', undefined>> {
	const { exception, workflow } = held;
	const type = exceptionType(workflow.document, exception.type);
	const outcome = decisions(type).find((one) => one.id === wanted);
	if (!outcome) return fail('outcome-not-allowed');
	const may = mayClose(held, outcome);
	if (!may.ok) return fail(may.reason);
	if (note !== null) await noteDown(parts, held, 'decide-exception', note);
	await closeException(parts, held, outcome);
	return ok({ caseId: held.row.id });
}
