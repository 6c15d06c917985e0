import type { Principal } from '../../domain/staff/permissions.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { noteDown, readNote } from './keep-note.ts';
import { type ActDetail, type ActRefusal, type Working, workException } from './work-exception.ts';

/** Keeps what somebody noted about a case, for colleagues; the customer never reads it. */
export async function writeNote(
	parts: Working,
	principal: Principal,
	id: string,
	text: string
): Promise<Result<{ caseId: string }, ActRefusal | 'bad-text', ActDetail | undefined>> {
	const note = readNote(text);
	if (!note.ok) return fail('bad-text');
	return workException(parts, principal, id, async (held) => {
		await noteDown(parts, held, 'write-note', note.value);
		return ok({ caseId: held.row.id });
	});
}
