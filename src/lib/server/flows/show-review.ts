import type { ReviewView } from '../../contracts/pages.ts';
import type { VerifiedVisit } from '../../domain/identity/proofs.ts';
import { shownValues } from '../../domain/policy/shown.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { textIn } from '../../domain/workflow/format.ts';
import { fillTemplate } from '../../domain/workflow/template.ts';
import { loadCase } from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { proposeDraft, readDraft, shownLines } from './drafts.ts';
import { takeAction } from './take-action.ts';

/** - `changed`: what was filled is beyond the limits of this moment; it must be filled again. */
export type ReviewRefusal =
	| 'no-draft'
	| 'not-eligible'
	| 'needs-assurance'
	| 'switched-off'
	| 'changed'
	| 'already-submitted';

/**
 * What the customer is about to confirm: amount, consequence and dates before the button, and the
 * fingerprint that ties the button to exactly this. Back after the press leads to the receipt.
 */
export async function showReview(
	parts: Pick<Parts, 'db' | 'vault'>,
	visit: VerifiedVisit,
	draftId: string
): Promise<Result<ReviewView, ReviewRefusal, { action?: string }>> {
	const loaded = await loadCase(parts, visit.caseId);
	if (!loaded) return fail('no-draft');
	const draft = await readDraft(parts.db, parts, visit.caseId, loaded.key, draftId);
	if (!draft) return fail('no-draft');
	const { action } = draft;
	const workflow = await loadWorkflow(parts.db, visit.workflow.key, visit.workflow.version);
	const { content, state } = loaded;
	if (state.submission && state.submission.state !== 'rejected') return fail('already-submitted');
	const taken = takeAction(workflow, visit, loaded, action);
	if (!taken.ok)
		return taken.reason === 'needs-assurance'
			? fail('needs-assurance', { action })
			: fail(taken.reason === 'switched-off' ? 'switched-off' : 'not-eligible');
	const { language } = visit;
	const { moment } = taken.value;
	const proposed = proposeDraft(workflow, action, moment, draft.content, language);
	const declared = workflow.document.actions[action];
	if (!proposed.ok && proposed.reason === 'changed') return fail('changed', { action });
	if (!proposed.ok || !declared) return fail('not-eligible');
	const { input, values, lines, shown } = proposed.value;
	const known = { facts: content.facts, action, input, values };
	const write = (texts: Record<string, string>) =>
		fillTemplate(textIn(texts, language), shownValues(workflow.compiled, known, language));
	return ok({
		action,
		label: write(declared.label),
		draft: draftId,
		lines: shownLines(lines),
		consequence: write(declared.review.consequence),
		button: write(declared.review.button),
		shown
	});
}
