import type { VerifiedVisit } from '../../domain/identity/proofs.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Parts } from '../parts.ts';
import { beginAction } from './action-form.ts';
import { noteChoice } from './note-choice.ts';
import { reportRefusal } from './report-refusal.ts';
import { saveDraft } from './save-draft.ts';
import type { ActionRefusal } from './take-action.ts';

/**
 * The customer presses the button of an action.
 * @returns the draft to review; `null` where its form has to be filled first
 */
export async function chooseAction(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	visit: VerifiedVisit,
	action: string
): Promise<Result<{ draftId: string | null }, ActionRefusal>> {
	const { actions } = visit.workflow.document;
	const asks = Object.hasOwn(actions, action) && actions[action]?.inputs.length;
	if (!asks) {
		const saved = await saveDraft(parts, visit, action, {});
		if (saved.ok) return saved;
		return fail(saved.reason === 'invalid-input' ? 'not-eligible' : saved.reason);
	}
	const { loaded, workflow, taken } = await beginAction(parts, visit, action);
	if (!taken.ok) {
		await reportRefusal(parts, workflow, { caseId: visit.caseId, action, reason: taken.reason });
		return taken;
	}
	await noteChoice(parts, loaded, action);
	return ok({ draftId: null });
}
