import type { DraftConflict } from '../../contracts/console.ts';
import type { SaveDraft } from '../../contracts/workflow-changes.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { staffNames } from '../db/staff-names.ts';
import type { Parts } from '../parts.ts';
import { compareLines } from '../workflows/compare-lines.ts';
import { saveWorkflowDraft } from './save-workflow-draft.ts';

/** Saves a draft; where somebody else did so meanwhile, their text is shown beside the one typed. */
export async function keepDraft(
	parts: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'id'>,
	input: SaveDraft
): Promise<Result<{ revision: number }, 'forbidden' | 'changed-meanwhile', DraftConflict>> {
	const saved = await saveWorkflowDraft(parts, principal, input);
	if (saved.ok) return ok(saved.value);
	if (saved.reason === 'forbidden' || !saved.detail) return fail(saved.reason);
	const { revision, source, edited_by, edited_at } = saved.detail;
	const nameOf = await staffNames(parts.db, [edited_by]);
	return fail('changed-meanwhile', {
		revision,
		editedBy: nameOf(edited_by),
		editedAt: edited_at.toISOString(),
		lines: compareLines(source, input.source)
	});
}
