import type { VerifiedVisit } from '../../domain/identity/proofs.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Parts } from '../parts.ts';
import { beginAction } from './action-form.ts';
import { reportRuleError } from './leave-for-rule.ts';
import { noteChoice } from './note-choice.ts';
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
	if (!taken.ok && taken.reason === 'rule-error')
		await reportRuleError(parts, workflow, visit.caseId, action);
	if (!taken.ok) return taken;
	await noteChoice(parts, loaded, action);
	return ok({ draftId: null });
}
