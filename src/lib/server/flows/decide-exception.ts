import { decisions, exceptionType } from '../../domain/exceptions/outcomes.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type CloseRefusal, closeException, type Closing, mayClose } from './close-exception.ts';
import { noteDown, readOptionalNote } from './keep-note.ts';
import { type ActDetail, type ActRefusal, type Working, workException } from './work-exception.ts';

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
	return workException(parts, principal, id, async (held) => {
		const { exception, workflow } = held;
		const type = exceptionType(workflow.document, exception.type);
		const outcome = decisions(type).find((one) => one.id === wanted);
		if (!outcome) return fail('outcome-not-allowed');
		const may = mayClose(held, outcome);
		if (!may.ok) return fail(may.reason);
		if (written.value !== null) await noteDown(parts, held, 'decide-exception', written.value);
		await closeException(parts, held, outcome);
		return ok({ caseId: held.row.id });
	});
}
