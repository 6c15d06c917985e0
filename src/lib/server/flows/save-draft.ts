import type { VerifiedVisit } from '../../domain/identity/proofs.ts';
import { checkInputs } from '../../domain/policy/inputs.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Parts } from '../parts.ts';
import { beginAction } from './action-form.ts';
import { type DraftContent, newDraft, propose, storeDraft } from './drafts.ts';
import { noteChoice } from './note-choice.ts';
import { reportRefusal } from './report-refusal.ts';
import type { ActionRefusal } from './take-action.ts';

/** The longest text of a field that is kept: above every limit, so it is refused again. */
const MOST_TYPED = 5_000;

/**
 * Checks what the customer typed and keeps it as a draft; also what is refused (`invalid-input`), as
 * it was typed, for the form to show it again with the fault of every field.
 * @returns the draft's id
 */
export async function saveDraft(
	parts: Pick<Parts, 'db' | 'vault' | 'crash'>,
	visit: VerifiedVisit,
	action: string,
	form: Record<string, string>
): Promise<Result<{ draftId: string }, ActionRefusal | 'invalid-input', { draftId: string }>> {
	const { loaded, workflow, taken } = await beginAction(parts, visit, action);
	const refuse = async (reason: ActionRefusal) => {
		await reportRefusal(parts, workflow, { caseId: visit.caseId, action, reason });
		return fail(reason);
	};
	if (!taken.ok) return refuse(taken.reason);
	const { moment } = taken.value;
	const { language } = visit;
	const checked = checkInputs(workflow.compiled, action, form, { ...moment, language });
	if (!checked.ok && checked.reason === 'rule-error') return refuse('rule-error');
	const store = async (content: DraftContent) => {
		const draft = await newDraft(parts, loaded, action, content);
		await noteChoice(parts, loaded, action, (db) => storeDraft(db, parts, draft));
		return draft.id;
	};
	if (!checked.ok) {
		const typed = Object.fromEntries(
			(workflow.document.actions[action]?.inputs ?? []).flatMap(({ name }) =>
				Object.hasOwn(form, name) ? [[name, form[name]!.slice(0, MOST_TYPED)]] : []
			)
		);
		return fail('invalid-input', { draftId: await store({ typed }) });
	}
	// Its review could not be shown: better known now than on the next page.
	if (!propose(workflow, action, moment, checked.value, language).ok) return refuse('rule-error');
	return ok({ draftId: await store({ input: checked.value }) });
}
